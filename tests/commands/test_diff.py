"""`diff`: what changed between two published versions, as a patch program reads it."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.commands.charts import shell_for
from tests.commands.shell import Ended, Shell
from tests.registry.conftest import OwnRegistry

pytestmark = pytest.mark.real

VALUES = "image:\n  repository: r.io/app\n  tag: one\nreplicas: 1 # how many\n"
TEMPLATE = "kind: ConfigMap\nmetadata:\n  name: a\n"


def write(chart: Path, version: str, values: str, **templates: str) -> None:
    metadata = {"apiVersion": "v2", "name": "philotes", "version": version}
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    for old in (chart / "templates").iterdir():
        old.unlink()
    (chart / "Chart.yaml").write_text(json.dumps(metadata))
    (chart / "values.yaml").write_text(values)
    for name, text in templates.items():
        (chart / "templates" / f"{name}.yaml").write_text(text)


RICH = """\
# how many
replicas: 1
port: "80"
url: http://one.example.test/a/path/that/is/quite/long/already
env: [{name: A, value: 1}, {name: B, value: 2}]
annotations: {example.test/kind: old}
script: |
  first
  second
"""
RICHER = """\
# how many, at least
replicas: 2
port: 80
url: "http://two.example.test/a/path/that/is/quite/long/already\\e[2J"
env: [{name: A, value: 1}, {name: C, value: 3}, {name: B, value: 2}]
annotations: {}
script: |
  first
  third\\e
limits: {cpu: 1}
"""


@pytest.fixture(scope="session")
def pair(chart_registry: OwnRegistry, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a chart in two versions that differ in values and templates."""
    folder = f"oci://{chart_registry.host}/compared"
    work = tmp_path_factory.mktemp("compared")
    chart = work / "philotes"
    after = VALUES.replace("one", "two").replace("replicas: 1", "replicas: 2") + "\ttab: \x1b[2J\n"
    for version, values, templates in (
        ("1.0.0", VALUES, {"a": TEMPLATE, "b": TEMPLATE}),
        ("1.1.0", VALUES.replace("one", "two"), {"a": TEMPLATE + "data: {}\n", "c": TEMPLATE}),
        ("1.2.0", VALUES, {"a": TEMPLATE + f"# {after}"}),
        ("2.0.0", RICH, {}),
        ("2.1.0", RICHER, {}),
        ("2.2.0", RICHER.replace("at least", "at most"), {}),
    ):
        write(chart, version, values, **templates)
        chart_registry.run_helm("package", str(chart), "-d", str(work))
        package = str(work / f"philotes-{version}.tgz")
        chart_registry.run_helm("push", package, folder, "--plain-http")
    return folder


@pytest.fixture
def comparer(pair: str, tmp_path: Path) -> Shell:
    return shell_for(pair, tmp_path)


def pulled(registry: OwnRegistry, folder: str, version: str, into: Path) -> Path:
    registry.run_helm(
        *("pull", f"{folder}/philotes", "--version", version, "--plain-http"),
        *("--untar", "--untardir", str(into)),
    )
    return into / "philotes"


def test_a_patch_program_makes_the_second_version_of_the_first(
    comparer: Shell, pair: str, chart_registry: OwnRegistry, tmp_path: Path
) -> None:
    before = pulled(chart_registry, pair, "1.0.0", tmp_path / "before")
    after = pulled(chart_registry, pair, "1.1.0", tmp_path / "after")
    for section in (("--values", "--text"), ("--templates",)):
        patch = comparer.run("diff", "1.0.0", "1.1.0", *section).out
        subprocess.run(["git", "apply", "-p1"], input=patch, text=True, cwd=before, check=True)
    for path in ("values.yaml", "templates/a.yaml", "templates/c.yaml"):
        assert (before / path).read_text() == (after / path).read_text()
    assert not (before / "templates" / "b.yaml").exists()


def test_all_of_it_is_compared_where_nothing_is_chosen(comparer: Shell) -> None:
    ended = comparer.run("diff", "1.0.0", "1.1.0")
    assert ended.code == 0
    assert "~ image  r.io/app:one → r.io/app:two" in ended.out
    assert "~ image.tag: one → two\n" in ended.out
    assert "--- /dev/null\n+++ 1.1.0/templates/c.yaml\n" in ended.out
    assert "--- 1.0.0/templates/b.yaml\n+++ /dev/null\n" in ended.out
    assert "\x1b" not in ended.out
    document = comparer.run("diff", "1.0.0", "1.1.0", "--json").json
    assert document["differs"] is True
    assert (document["before"]["version"], document["after"]["version"]) == ("1.0.0", "1.1.0")
    assert [(each["path"], each["change"]) for each in document["templates"]] == [
        ("templates/a.yaml", "changed"),
        ("templates/b.yaml", "removed"),
        ("templates/c.yaml", "added"),
    ]
    assert document["images"] == [
        {"name": "image", "change": "changed", "before": "r.io/app:one", "after": "r.io/app:two"}
    ]


def test_values_are_told_key_by_key(comparer: Shell) -> None:
    ended = comparer.run("diff", "2.0.0", "2.1.0", "--values")
    assert (
        ended.out
        == """\
values:
~ replicas: 1 → 2
~ port: "80" → 80  (text → integer)
~ url:
    - http://one.example.test/a/path/that/is/quite/long/already
    + "http://two.example.test/a/path/that/is/quite/long/already\\u001b[2J"
+ env[1].name: C
+ env[1].value: 3
- annotations.example\\.test/kind: old
~ script:
    @@ -1,2 +1,2 @@
     first
    -second
    +third\\e
+ limits.cpu: 1
"""
    )
    keys = comparer.run("diff", "2.0.0", "2.1.0", "--values", "--json").json["keys"]
    assert keys[0] == {
        "key": "replicas",
        "change": "changed",
        "before": 1,
        "after": 2,
        "diff": None,
    }
    assert keys[6]["diff"] == "@@ -1,2 +1,2 @@\n first\n-second\n+third\\e"
    assert (keys[7]["change"], keys[7]["before"], keys[7]["after"]) == ("added", None, 1)


def test_values_that_differ_in_a_comment_alone_are_told_as_that(comparer: Shell) -> None:
    ended = comparer.run("diff", "2.1.0", "2.2.0", "--values", "--exit-code")
    assert ended.code == 1
    assert ended.out == "values:\n~ values.yaml  comments or layout alone; --text shows it\n"
    text = comparer.run("diff", "2.1.0", "2.2.0", "--values", "--text").out
    assert "-# how many, at least\n+# how many, at most\n" in text
    document = comparer.run("diff", "2.1.0", "2.2.0", "--json").json
    assert (document["differs"], document["keys"]) == (True, [])


def test_only_what_is_chosen_is_compared(comparer: Shell) -> None:
    document = comparer.run("diff", "1.0.0", "1.1.0", "--images", "--values", "--json").json
    assert {"images", "values"} <= document.keys()
    assert not {"templates", "dependencies", "files"} & document.keys()
    assert "keys" not in comparer.run("diff", "1.0.0", "1.1.0", "--images", "--json").json


def sentence(ended: Ended) -> str:
    assert ended.code == 0, ended.err
    return ended.out.strip()


def test_nothing_changed_is_said_in_a_sentence(comparer: Shell) -> None:
    one = ("diff", "1.0.0", "1.0.0")
    assert sentence(comparer.run(*one)).startswith("1.0.0 and 1.0.0 are the same: sha256:")
    values = comparer.run("diff", "1.0.0", "1.2.0", "--values", "--exit-code")
    assert sentence(values) == "1.0.0 and 1.2.0 do not differ in their values."
    assert comparer.run(*one, "--json").json["differs"] is False


def test_the_exit_code_tells_on_request(comparer: Shell) -> None:
    assert comparer.run("diff", "1.0.0", "1.1.0").code == 0
    assert comparer.run("diff", "1.0.0", "1.1.0", "--exit-code").code == 1
    assert comparer.run("diff", "1.0.0", "1.1.0", "--exit-code", "--json").code == 1
    assert comparer.run("diff", "1.0.0", "1.0.0", "--exit-code").code == 0


def test_versions_are_named_by_constraints_and_digests(comparer: Shell) -> None:
    digest = comparer.run("show", "1.0.0", "--json").json["digest"]
    ended = comparer.run("diff", digest, "<1.2", "--json")
    assert (ended.json["before"]["tag"], ended.json["after"]["version"]) == (None, "1.1.0")
    assert "<1.2 is 1.1.0." in ended.err
    comparer.run("diff", "1.0.0", "9.9.9").told(5, "Version 9.9.9 is not in")


def test_what_was_seen_is_compared_offline(comparer: Shell) -> None:
    online = comparer.run("diff", "1.0.0", "1.1.0")
    offline = comparer.run("diff", "1.0.0", "1.1.0", "--offline")
    assert offline.out == online.out
    comparer.run("diff", "1.0.0", "1.2.0", "--offline").told(4, "not among what was seen")


def test_it_is_coloured_on_a_terminal_that_wants_it_alone(comparer: Shell) -> None:
    def received(**env: str) -> bytes:
        shell = Shell(None, comparer.folder, {**comparer.environment, **env}, "none")  # type: ignore[arg-type]
        with shell.terminal("diff", "1.0.0", "1.2.0", "--templates", columns=200) as terminal:
            assert terminal.wait_for_exit() == 0
            return bytes(terminal.received)

    assert b"\x1b[32m+" in received()
    assert b"\x1b[2J" not in received()
    assert b"\x1b" not in received(NO_COLOR="1")


def test_text_of_a_chart_reaches_no_terminal_with_what_it_obeys(comparer: Shell) -> None:
    ended = comparer.run("diff", "1.0.0", "1.2.0")
    assert "+\ttab: [2J" in ended.out
    assert "\x1b" not in ended.out
