"""Labels and names that a Kubernetes takes, whatever release and version are called."""

import re
from pathlib import Path

import pytest

from tests.charts.api_server import ApiServer
from tests.charts.conftest import stamp, vendored
from tests.charts.rendering import EVERYTHING, Helm
from tests.charts.test_matrix import refused

pytestmark = pytest.mark.real

VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
"""Kubernetes, «Labels and Selectors»: syntax of a value that is not empty."""


def test_a_release_whose_name_reads_like_a_boolean_is_accepted(
    helm: Helm, umbrella: Path, api: ApiServer, namespace: str
) -> None:
    rendered = helm.template(umbrella, EVERYTHING, release="true")
    assert {
        each["metadata"]["labels"]["app.kubernetes.io/instance"] for each in rendered.objects
    } == {"true"}
    assert not refused(api, namespace, rendered)


def test_a_namespace_whose_name_reads_like_a_number_stays_a_name(
    helm: Helm, umbrella: Path
) -> None:
    rendered = helm.template(umbrella, EVERYTHING, namespace="2026")
    assert {each["metadata"]["namespace"] for each in rendered.objects} == {"2026"}


@pytest.mark.parametrize("cut", [56, 45, 43, 40])
@pytest.mark.parametrize("mark", [".", "+"])
def test_a_version_cut_at_one_of_its_marks_makes_valid_labels(
    helm: Helm, charts: Path, tmp_path: Path, cut: int, mark: str
) -> None:
    # 63 characters end at the mark: of the version alone, or behind the name of a subchart.
    stamped = stamp(vendored(charts, tmp_path), f"1.0.0-{'a' * cut}{mark}b1")
    wrong = [
        (each["kind"], key, value)
        for each in helm.template(stamped, EVERYTHING).objects
        for key, value in each["metadata"]["labels"].items()
        if not VALUE.fullmatch(value)
    ]
    assert not wrong
