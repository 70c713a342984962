"""One version after another on a real API server: every Deployment stays the one it was."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.demo.published import PUBLISHED
from tests.charts.api_server import ApiServer, api_object
from tests.charts.matrix import MATRIX
from tests.charts.rendering import Helm, Manifest
from tests.conftest import RealRegistry

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def published(
    helm: Helm, real_registry: RealRegistry, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Every published version of the umbrella, pulled from the registry."""
    reference = f"{real_registry.charts}/philotes"
    pulled = {}
    for each in PUBLISHED:
        folder = tmp_path_factory.mktemp("published")
        done = helm.run("pull", reference, "--version", each.version, "--plain-http", "-d", folder)
        assert done.returncode == 0, done.stderr
        [pulled[each.version]] = folder.iterdir()
    return pulled


_NUMBERS = count()


@pytest.fixture
def stored(api: ApiServer) -> Iterator[str]:
    """A namespace of the test's own, in which objects really are stored."""
    wanted = api_object("v1", "Namespace", f"charts-upgrade-{next(_NUMBERS)}")
    api.apply(wanted)
    yield wanted["metadata"]["name"]
    api.delete(wanted)


def test_no_published_version_changes_a_selector(helm: Helm, published: dict[str, Path]) -> None:
    selectors = {
        version: _of_deployments(helm.template(chart)) for version, chart in published.items()
    }
    first = selectors[PUBLISHED[0].version]
    assert set(first) == {"philotes-api", "philotes-worker", "philotes-lakekeeper"}
    assert selectors == dict.fromkeys(selectors, first)


def test_no_deployment_is_replaced_from_the_first_published_version_to_the_last_and_back(
    helm: Helm, api: ApiServer, published: dict[str, Path], stored: str
) -> None:
    uids: dict[str, set[str]] = {}
    images = set()
    for version in [*published, *reversed(published)]:
        rendered = helm.template(published[version])
        for name, deployment in _apply(api, stored, rendered).items():
            uids.setdefault(name, set()).add(api.uid(deployment))
        images |= rendered.images()
    assert {name: len(seen) for name, seen in uids.items()} == {
        "philotes-api": 1,
        "philotes-worker": 1,
        "philotes-lakekeeper": 1,
    }
    assert len(images) == 2 * len(PUBLISHED) + 1


@pytest.mark.parametrize(
    "about",
    ["everything", "placed", "inline secrets", "vault", "autoscaling of many", "load balancers"],
)
def test_no_deployment_is_replaced_when_values_change(
    helm: Helm, api: ApiServer, umbrella: Path, stored: str, about: str
) -> None:
    before = _apply(api, stored, helm.template(umbrella))
    uids = {name: api.uid(each) for name, each in before.items()}
    after = _apply(api, stored, helm.template(umbrella, MATRIX[about]))
    assert {name: api.uid(each) for name, each in after.items()} == uids


@pytest.mark.parametrize(("by_hand", "left"), [(None, 1), (4, 4)])
def test_an_autoscaler_switched_on_starts_from_one_pod_unless_the_number_was_set_by_hand_before(
    helm: Helm, api: ApiServer, umbrella: Path, stored: str, *, by_hand: int | None, left: int
) -> None:
    fixed = helm.template(umbrella)
    _apply(api, stored, fixed)
    if by_hand:
        api.scale(fixed.of("Deployment")["philotes-api"], by_hand)
    scaled = helm.template(umbrella, MATRIX["autoscaling of many"]).of("Deployment")["philotes-api"]
    scaled["metadata"]["namespace"] = stored
    status, answer = api.apply(scaled)
    assert (status, answer["spec"]["replicas"]) == (200, left)


def test_the_server_refuses_a_changed_selector(
    helm: Helm, api: ApiServer, umbrella: Path, stored: str
) -> None:
    deployment = _apply(api, stored, helm.template(umbrella))["philotes-api"]
    labels = {"app.kubernetes.io/version": "2"}
    deployment["spec"]["selector"]["matchLabels"] |= labels
    deployment["spec"]["template"]["metadata"]["labels"] |= labels
    status, answer = api.apply(deployment)
    assert status == 422
    assert "field is immutable" in answer["message"]


def _of_deployments(rendered: Manifest) -> dict[str, Any]:
    return {name: each["spec"]["selector"] for name, each in rendered.of("Deployment").items()}


def _apply(api: ApiServer, namespace: str, rendered: Manifest) -> dict[str, dict[str, Any]]:
    """Apply all objects and return the Deployments among them by name."""
    for each in rendered.objects:
        each["metadata"]["namespace"] = namespace
        status, answer = api.apply(each)
        assert status in {200, 201}, answer
    return rendered.of("Deployment")
