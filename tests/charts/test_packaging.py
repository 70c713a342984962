"""What Helm says of the charts as charts."""

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.charts.rendering import EVERYTHING, SUBCHARTS, Helm

pytestmark = pytest.mark.real

KUBERNETES = {
    "affinity",
    "livenessProbe",
    "podSecurityContext",
    "readinessProbe",
    "resources",
    "securityContext",
    "strategy",
}
"""Values that Kubernetes defines; it allows more in them than the charts set."""


@pytest.mark.parametrize("chart", [*SUBCHARTS, "philotes"])
def test_a_chart_passes_the_strict_linter(helm: Helm, staged: Path, chart: str) -> None:
    done = helm.run("lint", "--strict", staged / chart)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_umbrella_passes_the_strict_linter_with_everything_on(
    helm: Helm, umbrella: Path
) -> None:
    flags = [part for key in EVERYTHING for part in ("--set-json", _assigned(key))]
    done = helm.run("lint", "--strict", umbrella, *flags)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_umbrella_is_packaged_without_a_network(
    helm: Helm, charts: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "charts"
    for chart in (*SUBCHARTS, "philotes"):
        _copy(charts / chart, copy / chart)
    version = "0.9.0-rc.1+build.3"
    done = helm.run("package", "-u", "-d", tmp_path, "--version", version, copy / "philotes")
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / f"philotes-{version}.tgz") as archive:
        names = archive.getnames()
    assert {f"philotes/charts/{chart}/Chart.yaml" for chart in SUBCHARTS} <= set(names)


@pytest.mark.parametrize("chart", [*SUBCHARTS, "philotes"])
def test_no_private_file_gets_into_a_package(
    helm: Helm, staged: Path, tmp_path: Path, chart: str
) -> None:
    private = {
        ".env",
        ".env.local",
        "values-mine.yaml",
        "a.yaml~",
        "a.orig",
        ".idea/a",
        ".vscode/a",
    }
    shutil.copytree(staged / chart, tmp_path / chart)
    for each in private:
        (tmp_path / chart / each).parent.mkdir(exist_ok=True)
        (tmp_path / chart / each).touch()
    done = helm.run("package", "-d", tmp_path, tmp_path / chart)
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / f"{chart}-0.1.0.tgz") as archive:
        names = archive.getnames()
    assert f"{chart}/values.yaml" in names
    assert not {f"{chart}/{each}" for each in private} & set(names)


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_the_schema_knows_exactly_the_documented_values(charts: Path, chart: str) -> None:
    values = YAML(typ="safe").load(charts / chart / "values.yaml")
    schema = json.loads((charts / chart / "values.schema.json").read_text(encoding="utf-8"))
    # `enabled` is the umbrella's condition, `global` what it hands to all.
    assert set(_keys(schema)) - {"enabled", "global"} == set(_paths(values, schema))


def _keys(schema: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, below in schema.get("properties", {}).items():
        found += [f"{prefix}{key}"]
        if key not in KUBERNETES:
            found += _keys(below, f"{prefix}{key}.")
    return found


def _paths(values: dict[str, Any], schema: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, value in values.items():
        found.append(f"{prefix}{key}")
        below = schema.get("properties", {}).get(key, {})
        if isinstance(value, dict) and "properties" in below and key not in KUBERNETES:
            found += _paths(value, below, f"{prefix}{key}.")
    return found


def _assigned(key: str) -> str:
    return f"{key}={json.dumps(EVERYTHING[key])}"


def _copy(chart: Path, target: Path) -> None:
    for file in chart.rglob("*"):
        if file.is_file() and "charts" not in file.relative_to(chart).parts:
            place = target / file.relative_to(chart)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
