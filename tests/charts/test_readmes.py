"""The charts' READMEs: their tables of values are those of the values files."""

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.charts.rendering import SUBCHARTS, Helm

PROGRAM = Path(__file__).parents[2] / "docs" / "values_table.py"


@pytest.fixture(scope="module")
def values_table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("values_table", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


VALUES = """\
# How many.
# At least one.
replicas: 2

# A group.
group:
  # Says | much.
  one: "a"
  two: []

# Defined elsewhere.
whole:
  deep:
    part: 1
# Empty by default.
none: {}
"""


def test_the_readmes_tables_are_current() -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_row_holds_key_default_and_comment(values_table: ModuleType) -> None:
    assert values_table.table(values_table.rows(VALUES)).splitlines()[2:] == [
        "| `replicas` | `2` | How many. At least one. |",
        "| `group` | | A group. |",
        r'| `group.one` | `"a"` | Says \| much. |',
        "| `group.two` | `[]` | |",
        '| `whole` | `{"deep": {"part": 1}}` | Defined elsewhere. |',
        "| `none` | `{}` | Empty by default. |",
    ]


def test_only_what_stands_between_the_markers_is_rewritten(values_table: ModuleType) -> None:
    begin, end = values_table.BEGIN, values_table.END
    text = values_table.rewritten(f"# A\n{begin}\nold\n{end}\nrest\n", VALUES)
    assert text.startswith(f"# A\n{begin}\n| Key |")
    assert text.endswith(f"{end}\nrest\n")
    assert "old" not in text
    assert values_table.rewritten(text, VALUES) == text


@pytest.mark.parametrize("readme", ["", "{begin}", "{end}{begin}", "{begin}{end}{begin}{end}"])
def test_a_readme_without_both_markers_is_an_error(values_table: ModuleType, readme: str) -> None:
    text = readme.format(begin=values_table.BEGIN, end=values_table.END)
    with pytest.raises(ValueError, match="once each"):
        values_table.rewritten(text, VALUES)


def test_a_changed_comment_makes_a_readme_stale(
    values_table: ModuleType, charts: Path, tmp_path: Path
) -> None:
    chart = tmp_path / "lakekeeper"
    chart.mkdir()
    for name in ("README.md", "values.yaml"):
        (chart / name).write_bytes((charts / "lakekeeper" / name).read_bytes())
    assert values_table.stale(tmp_path) == {}
    values = chart / "values.yaml"
    text = values.read_text(encoding="utf-8")
    values.write_text(text.replace("# Fewest pods.", "# Least pods."), encoding="utf-8")
    assert set(values_table.stale(tmp_path)) == {chart / "README.md"}


@pytest.mark.parametrize("chart", ["philotes", "philotes-api", "philotes-worker", "lakekeeper"])
def test_every_value_is_described(values_table: ModuleType, charts: Path, chart: str) -> None:
    values = (charts / chart / "values.yaml").read_text(encoding="utf-8")
    assert not [row.key for row in values_table.rows(values) if not row.text]


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_a_readme_names_the_peers_that_a_policy_is_refused_without(
    charts: Path, chart: str
) -> None:
    checks = (charts / chart / "templates" / "_checks.tpl").read_text(encoding="utf-8")
    wanted = set(re.findall(r"needs (networkPolicy\.\w+)", checks))
    assert wanted
    assert not {key for key in wanted if f"`{key}`" not in _prose(charts / chart)}


def test_the_umbrellas_readme_says_what_of_a_database_is_not_global(charts: Path) -> None:
    def keys(chart: str, *path: str) -> set[str]:
        schema = json.loads((charts / chart / "values.schema.json").read_text(encoding="utf-8"))
        for part in path:
            schema = schema["properties"][part]
        return set(schema["properties"])

    of_subcharts = set().union(*(keys(chart, "database") for chart in SUBCHARTS))
    kept_out = of_subcharts - keys("philotes", "global", "database")
    [paragraph] = [
        each for each in _prose(charts / "philotes").split("\n\n") if "under `global`:" in each
    ]
    assert kept_out == {"name", "schema"}
    assert all(f"`{key}`" in paragraph for key in kept_out)


@pytest.mark.real
@pytest.mark.parametrize("chart", ["philotes", "philotes-api", "lakekeeper"])
def test_a_readmes_first_command_leaves_no_address_that_only_stands_for_one(
    helm: Helm, staged: Path, chart: str
) -> None:
    command = _prose(staged / chart).partition("\nhelm install ")[2].partition("\n```")[0]
    words = shlex.split(command.replace("\\\n", ""))
    given = [word for before, word in pairwise(words) if before == "--set"]
    assert given
    flags = (f"--set={each}" for each in given)
    done = helm.run("template", "philotes", staged / chart, *flags)
    assert done.returncode == 0, done.stderr
    settings = [each["data"] for each in _documents(done.stdout) if each["kind"] == "ConfigMap"]
    told = {key: value for data in settings for key, value in data.items()}
    hosts = {key: value for key, value in told.items() if key.endswith(("_HOST", "_ENDPOINT"))}
    assert not {key for key, value in hosts.items() if "example.com" not in value}
    assert told.get("PHILOTES_STORAGE_USE_SSL") in {None, "true"}
    assert "@philotes-postgresql:" not in done.stdout


@pytest.mark.real
def test_the_readmes_example_of_an_authority_gives_it_to_every_container(
    helm: Helm, staged: Path, umbrella: Path
) -> None:
    text = (staged / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    values = YAML(typ="safe").load(example)
    rendered = helm.template(umbrella, {**values, "api": values["worker"]})
    for container in rendered.containers():
        told = {each["name"]: each.get("value") for each in container["env"]}
        path = told.get("SSL_CERT_DIR") or told["LAKEKEEPER__PG_SSL_ROOT_CERT"]
        assert path.startswith("/etc/company-ca")
        assert "/etc/company-ca" in {each["mountPath"] for each in container["volumeMounts"]}


def _documents(text: str) -> list[Any]:
    return [each for each in YAML(typ="safe").load_all(text) if each]


def _prose(chart: Path) -> str:
    """What a README says before its table of values."""
    return (chart / "README.md").read_text(encoding="utf-8").partition("## Values\n")[0]
