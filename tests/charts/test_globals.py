"""Values under `global` where a subchart is installed without the umbrella: checked there too."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.charts.rendering import SUBCHARTS, Helm

SECRET = "sup3r-s3cret"


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_a_subchart_and_the_umbrella_take_the_same_values_under_global(
    charts: Path, chart: str
) -> None:
    umbrella = _schema(charts, "philotes")["properties"]["global"]
    assert (
        _schema(charts, chart)["then"]["properties"]["global"]["properties"]
        == (umbrella["properties"])
    )


@pytest.mark.real
@pytest.mark.parametrize("chart", SUBCHARTS)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"environment": "prd"}, "at '/global/environment': value must be one of"),
        ({"database": {"port": "abc"}}, "at '/global/database/port': got string, want integer"),
        ({"database": {"name": "a"}}, "'/global/database': additional properties 'name'"),
        ({"database": {"hots": "a"}}, "'/global/database': additional properties 'hots'"),
        ({"storage": {"useSSl": True}}, "'/global/storage': additional properties 'useSSl'"),
        ({"storage": {"endpoint": "https://s3.example.com"}}, "at '/global/storage/endpoint'"),
        ({"storage": {"secretKey": SECRET}}, "'/global/storage': missing property 'accessKey'"),
        (
            {"database": {"password": SECRET, "existingSecret": "pg"}},
            "'pg' does not match pattern '^(excluded by global.database.password)",
        ),
    ],
)
def test_a_wrong_global_value_of_a_subchart_alone_is_one_error_that_names_its_path(
    helm: Helm, staged: Path, chart: str, given: dict[str, Any], said: str
) -> None:
    heading, where, *errors = helm.refusal(staged / chart, {"global": given}).strip().splitlines()
    assert heading.startswith("Error: values don't meet the specifications")
    assert where == f"{chart}:"
    assert len(errors) == 1
    assert said in errors[0]
    assert SECRET not in errors[0]


@pytest.mark.real
@pytest.mark.parametrize("chart", SUBCHARTS)
def test_a_misspelt_global_key_of_a_subchart_alone_is_refused(
    helm: Helm, staged: Path, chart: str
) -> None:
    said = helm.refusal(staged / chart, {"global": {"enviroment": "production"}})
    assert f"{chart}: global.enviroment is not known" in said


@pytest.mark.real
@pytest.mark.parametrize("chart", SUBCHARTS)
def test_in_an_umbrella_of_ones_own_other_global_keys_pass_and_wrong_values_do_not(
    helm: Helm, staged: Path, tmp_path: Path, chart: str
) -> None:
    own = tmp_path / "own"
    shutil.copytree(staged / chart, own / "charts" / chart)
    about = "apiVersion: v2\nname: own\nversion: 1.0.0\n"
    (own / "Chart.yaml").write_text(about, encoding="utf-8")
    given = {"imageRegistry": "registry.example.com", "environment": "staging"}
    switched = {chart: {"enabled": True}}
    assert helm.template(own, {"global": given, **switched}).of("Deployment")
    wrong = {"global": {**given, "database": {"port": "abc"}}, **switched}
    assert "'/global/database/port': got string" in helm.refusal(own, wrong)


def _schema(charts: Path, chart: str) -> Any:
    return json.loads((charts / chart / "values.schema.json").read_text(encoding="utf-8"))
