"""What a value says of the pods reaches the pods of its Deployment."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.charts.matrix import MATRIX
from tests.charts.rendering import ALIASES, Manifest

pytestmark = pytest.mark.real

Render = Callable[[str], Manifest]


def test_where_and_how_pods_are_placed_reaches_all_of_them(rendered: Render) -> None:
    for given, _, pod in _pods(rendered, "placed"):
        spec = pod["spec"]
        for key in ("priorityClassName", "nodeSelector", "tolerations", "affinity"):
            assert spec[key] == given[key]
        assert spec["imagePullSecrets"] == given["imagePullSecrets"]
        assert pod["metadata"]["annotations"].items() >= given["podAnnotations"].items()
        assert "checksum/config" in pod["metadata"]["annotations"]


def test_pods_are_spread_among_themselves_unless_others_are_named(rendered: Render) -> None:
    for given, selector, pod in _pods(rendered, "placed"):
        own, others = given["topologySpreadConstraints"]
        assert pod["spec"]["topologySpreadConstraints"] == [
            {**own, "labelSelector": selector},
            others,
        ]


def test_a_certificate_authority_is_seen_by_every_container_beside_what_was_there(
    rendered: Render,
) -> None:
    about = "certificates of one's own"
    for given, _, pod in _pods(rendered, about):
        tmp = {"name": "tmp", "emptyDir": {}}
        assert pod["spec"]["volumes"] == [tmp, *given["extraVolumes"]]
    containers = list(rendered(about).containers())
    assert len(containers) == 4
    for container in containers:
        assert container["volumeMounts"] == [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  the pods'
            *MATRIX[about]["api"]["extraVolumeMounts"],
        ]


def _pods(rendered: Render, about: str) -> Iterator[tuple[dict[str, Any], Any, dict[str, Any]]]:
    """Values of each subchart, its Deployment's selector and its pods' template."""
    for alias in ALIASES:
        spec = rendered(about).of("Deployment")[f"philotes-{alias}"]["spec"]
        yield MATRIX[about][alias], spec["selector"], spec["template"]
