"""`show`: every part of a version, as it stands in what helm pushed."""

import hashlib
import json
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.commands.charts import shell_for
from tests.commands.shell import Shell
from tests.registry.conftest import OwnRegistry

pytestmark = pytest.mark.real

HOSTILE = "\x1b]0;owned\x07\x1b[2J"


@pytest.fixture(scope="session")
def pulled(chart_registry: OwnRegistry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart's folder as helm pulls and unpacks it."""
    folder = tmp_path_factory.mktemp("pulled")
    chart_registry.run_helm(
        *("pull", f"{chart_registry.charts}/philotes", "--version", "0.2.0", "--plain-http"),
        *("--untar", "--untardir", str(folder)),
    )
    return folder / "philotes"


@pytest.mark.parametrize(
    ("part", "file"),
    [("values", "values.yaml"), ("readme", "README.md"), ("schema", "values.schema.json")],
)
def test_a_file_of_the_chart_is_printed_as_it_is(
    reader: Shell, pulled: Path, part: str, file: str
) -> None:
    ended = reader.run("show", "0.2.0", part)
    path = pulled / file
    if not path.exists():
        assert ended.out == ""
        assert "has no" in ended.err
        return
    assert ended.out == path.read_text()
    assert reader.run("show", "0.2.0", part, "--json").json[part] == path.read_text()


def test_the_overview_says_what_a_version_is(reader: Shell, chart_registry: OwnRegistry) -> None:
    ended = reader.run("show", "0.2.1+build.5")
    told = chart_registry.run_helm(
        *("show", "chart", f"{chart_registry.charts}/philotes"),
        *("--version", "0.2.1+build.5", "--plain-http"),
    )
    lines = {line.split("  ")[1].strip(): line for line in ended.out.splitlines()[3:]}
    assert ended.out.startswith("philotes 0.2.1+build.5\n")
    digest = lines["digest"].split()[-1]
    assert all(len(line) <= 100 for line in ended.out.splitlines()[2:])
    assert f"Digest: {digest}" in told
    assert "philotes-api 0.2.1+build.5" in lines["dependencies"]
    assert "none found" in lines["signatures"]


@pytest.mark.parametrize(
    ("wanted", "version", "said"),
    [
        ("0.2.0", "0.2.0", ""),
        ("0.2.1+build.5", "0.2.1+build.5", ""),
        ("0.2.1_build.5", "0.2.1+build.5", ""),
        ("^0.2", "0.2.1+build.5", "^0.2 is 0.2.1+build.5."),
        ("~0.1", "0.1.0", "~0.1 is 0.1.0."),
        ("latest", "0.2.1+build.5", "latest is 0.2.1+build.5."),
        (">=0.3.0-0", "0.3.0-rc.1", ">=0.3.0-0 is 0.3.0-rc.1."),
    ],
)
def test_a_version_is_named_in_several_ways(
    reader: Shell, wanted: str, version: str, said: str
) -> None:
    ended = reader.run("show", wanted, "--json")
    assert ended.json["version"] == version
    assert ended.err.strip() == said


def test_a_version_is_shown_by_its_digest(reader: Shell) -> None:
    digest = reader.run("show", "0.2.0", "--json").json["digest"]
    ended = reader.run("show", digest, "metadata", "--json")
    assert ended.json["metadata"]["version"] == "0.2.0"
    assert (ended.json["tag"], ended.json["digest"]) == (None, digest)


@pytest.mark.parametrize(
    ("wanted", "code", "words"),
    [
        ("9.9.9", 5, "Version 9.9.9 is not in"),
        ("^9", 5, "No published version fits “^9”"),
        ("edge", 3, "“edge” is no version, tag, digest or constraint"),
        (">=0.1 <<2", 3, "is no version, tag, digest or constraint"),
        (f"sha256:{'0' * 64}", 5, "does not exist"),
        (HOSTILE, 3, "is no version"),
        ("", 3, "The version is empty"),
        (" ", 3, "The version is empty"),
    ],
)
def test_what_is_not_published_is_told(reader: Shell, wanted: str, code: int, words: str) -> None:
    ended = reader.run("show", wanted)
    ended.told(code, words)
    assert "\x1b" not in ended.err
    assert reader.run("show", wanted, "--json").json["error"]["exit_code"] == code


def test_what_is_wrong_with_a_constraint_is_told_where_a_version_is_wanted(reader: Shell) -> None:
    told = reader.run("show", "^^1").told(3, "is no version, tag, digest or constraint")
    assert "  said: The constraint cannot be read at character" in told
    assert "The constraint" not in reader.run("show", "edge").err


def test_a_version_without_patch_is_told_with_the_constraint_that_means_one(
    reader: Shell,
) -> None:
    told = reader.run("show", "0.2").told(5, "Version 0.2 is not in")
    assert "'=0.2' names the newest of its kind. Nearest to it: 0.2." in told
    assert reader.run("show", "=0.2", "--json").json["version"].startswith("0.2.")
    assert "the newest of its kind" not in reader.run("show", "7").err
    assert "the newest of its kind" not in reader.run("show", "0.2.7").err


def test_metadata_are_those_of_the_chart(reader: Shell, pulled: Path) -> None:
    expected = yaml.safe_load((pulled / "Chart.yaml").read_text())
    assert yaml.safe_load(reader.run("show", "0.2.0", "metadata").out) == expected
    assert reader.run("show", "0.2.0", "metadata", "--json").json["metadata"] == expected


def test_templates_of_subcharts_are_listed_below_them(reader: Shell, pulled: Path) -> None:
    document = reader.run("show", "0.2.0", "templates", "--json").json
    texts = {each["path"]: each["text"] for each in document["templates"]}
    own = {f"templates/{path.name}" for path in (pulled / "templates").glob("*")}
    assert own <= texts.keys()
    api = pulled / "charts" / "philotes-api" / "templates" / "deployment.yaml"
    assert texts["charts/api/templates/deployment.yaml"] == api.read_text()
    listed = reader.run("show", "0.2.0", "templates").out
    assert all(path in listed for path in texts)


def test_dependencies_are_told_with_the_values_that_switch_them(reader: Shell) -> None:
    document = reader.run("show", "0.2.0", "dependencies", "--json").json
    names = {each["name"]: each for each in document["dependencies"]}
    assert names.keys() == {"philotes-api", "philotes-worker", "lakekeeper"}
    assert names["philotes-api"]["version"] == "0.2.0"
    assert names["philotes-api"]["condition"] == "api.enabled"
    assert "api.enabled" in reader.run("show", "0.2.0", "dependencies").out


def test_what_was_shown_once_is_shown_offline(reader: Shell) -> None:
    online = reader.run("show", "^0.2", "values")
    offline = reader.run("show", "^0.2", "values", "--offline")
    assert offline.out == online.out
    assert "the registry was not asked" in offline.err
    document = reader.run("show", "0.2.1+build.5", "--offline", "--json").json
    assert document["cached"] is True
    assert document["signed"] is None
    reader.run("show", "0.1.0", "--offline").told(4, "not among what was seen", "without --offline")


def test_a_version_that_moved_since_it_was_seen_is_announced(
    chart_registry: OwnRegistry, tmp_path: Path
) -> None:
    folder = f"oci://{chart_registry.host}/moving"
    chart = tmp_path / "philotes"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: philotes\nversion: 1.0.0\n")
    shell = shell_for(folder, tmp_path)
    push(chart_registry, chart, folder, tmp_path)
    assert shell.run("show", "1.0.0").err == ""
    (chart / "values.yaml").write_text("moved: true\n")
    push(chart_registry, chart, folder, tmp_path)
    assert "1.0.0 was MOVED to other content" in shell.run("show", "1.0.0").err
    assert shell.run("show", "1.0.0").err == ""


def push(registry: OwnRegistry, chart: Path, folder: str, into: Path) -> None:
    registry.run_helm("package", str(chart), "-d", str(into))
    registry.run_helm("push", str(into / "philotes-1.0.0.tgz"), folder, "--plain-http")


@pytest.fixture
def hostile(chart_registry: OwnRegistry, tmp_path: Path) -> Shell:
    """A shell on a chart whose publisher writes to the terminals of others."""
    folder = f"oci://{chart_registry.host}/{tmp_path.name.replace('_', '-').lower()}"
    chart = tmp_path / "philotes"
    (chart / "templates").mkdir(parents=True)
    metadata = {"apiVersion": "v2", "name": "philotes", "version": "1.0.0", "home": HOSTILE}
    (chart / "Chart.yaml").write_text(json.dumps({**metadata, "description": f"a{HOSTILE}b"}))
    (chart / "README.md").write_text(f"# Read{HOSTILE}\u202eme\n")
    (chart / "values.yaml").write_text("a: 1 # \u202e\n")
    push(chart_registry, chart, folder, tmp_path)
    return shell_for(folder, tmp_path)


@pytest.mark.parametrize("part", ["overview", "readme", "values", "metadata", "templates"])
def test_no_part_reaches_the_terminal_with_what_it_obeys(hostile: Shell, part: str) -> None:
    piped = hostile.run("show", "1.0.0", part)
    assert piped.code == 0, piped.err
    assert "\x1b" not in piped.out + piped.err
    assert "\x07" not in piped.out + piped.err
    with hostile.terminal("show", "1.0.0", part) as terminal:
        assert terminal.wait_for_exit() == 0
        received = bytes(terminal.received)
    assert b"\x1b" not in received
    assert "\u202e".encode() not in received


def test_the_archive_that_is_read_is_the_one_that_was_pushed(
    reader: Shell, chart_registry: OwnRegistry, tmp_path: Path
) -> None:
    chart_registry.run_helm(
        *("pull", f"{chart_registry.charts}/philotes", "--version", "0.1.0", "--plain-http"),
        *("-d", str(tmp_path)),
    )
    archive = tmp_path / "philotes-0.1.0.tgz"
    with tarfile.open(archive) as opened:
        values = opened.extractfile("philotes/values.yaml")
        assert values is not None
        expected = hashlib.sha256(values.read()).hexdigest()
    shown = reader.run("show", "0.1.0", "values").out
    assert hashlib.sha256(shown.encode()).hexdigest() == expected
