"""Tags that are no SemVer and that Helm takes for versions: named, previewed, deployed."""

from pathlib import Path

import pytest

from tests.commands.charts import shell_for
from tests.commands.shell import Shell
from tests.registry.conftest import OwnRegistry
from tests.signing.stored import Stored

pytestmark = pytest.mark.real

NAMES = ("v1.2.3", "1.2")


@pytest.fixture
def operator(shell: Shell) -> Shell:
    """An operator whose registry has version 0.2.1 also under names that Helm never pushes."""
    host, _, name = shell.demo.registry.removeprefix("oci://").partition("/")
    charts, folder = Stored(host, f"{name}/philotes"), "of-other-names"
    copied = Stored(host, f"{folder}/philotes")
    for tag in ("0.2.0", "0.2.1"):
        charts.copy(tag, copied, tag)
    for tag in NAMES:
        charts.copy("0.2.1", copied, tag)
    shell.set(registry=f"oci://{host}/{folder}")
    return shell


@pytest.mark.parametrize("version", NAMES)
def test_a_tag_that_helm_takes_for_a_version_is_previewed_and_deployed(
    operator: Shell, version: str
) -> None:
    planned = operator.run("preview", version, "--json")
    assert (planned.code, planned.json["source"]) == (0, version)
    done = operator.run("deploy", version, "--yes", "--json")
    assert done.code == 0, done.err
    outputs = done.json["outputs"]
    assert outputs["version"] == version
    assert all("0.2.1" in image for image in outputs["images"] if "philotes" in image)
    stacks = operator.run("stacks", "--json").json["stacks"]
    assert [each["deployed"] for each in stacks if each["name"] == "dev"] == [version]
    again = operator.run("preview", version, "--json").json["counts"]
    assert not {"create", "update", "delete", "replace"} & {k for k, n in again.items() if n}


def test_such_a_tag_is_listed_on_the_screen_and_previewed_from_there(operator: Shell) -> None:
    with operator.terminal(columns=80, rows=24) as terminal:
        terminal.wait_for("2 versions, 2 other tags")
        terminal.press("G", "k")
        terminal.wait_for("v1.2.3: SemVer but for")
        terminal.press("i")
        terminal.wait_for("its tag is SemVer but for a leading")
        terminal.press("enter")
        terminal.wait_for("a approves", seconds=120)
        terminal.wait_for("v1.2.3 on dev")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit(20) == 0


@pytest.mark.parametrize("command", ["preview", "deploy"])
def test_a_version_that_is_not_published_is_told_with_the_nearest_and_changes_nothing(
    operator: Shell, command: str
) -> None:
    options = ("--yes",) if command == "deploy" else ()
    stacks = operator.run("stacks", "--json").out
    told = operator.run(command, "0.2.2", *options).told(5, "Version 0.2.2 is not in")
    assert "Nearest to it: 1.2, 0.2.1 or 0.2.0." in told
    assert "`philotes-tui versions --all` lists all 4." in told
    assert operator.run("stacks", "--json").out == stacks


@pytest.mark.parametrize("wanted", ["latest", "^0.2", "0.2.x"])
def test_only_one_version_is_deployed_and_the_way_to_it_is_told(shell: Shell, wanted: str) -> None:
    told = shell.run("deploy", wanted, "--yes").told(3, "is not one version")
    quoted = "'^0.2'" if wanted == "^0.2" else wanted
    assert f"`philotes-tui show {quoted}` tells which one that means now" in told
    shell.run("deploy", "", "--yes").told(3, "The version is empty")
    assert "show" not in shell.run("preview", "junk").told(3, "“junk” is not one version")


def test_what_is_not_published_is_told_with_the_nearest_by_all_who_look(
    chart_registry: OwnRegistry, tmp_path: Path
) -> None:
    reader = shell_for(chart_registry.charts, tmp_path)
    for words in (("show", "0.2.9"), ("diff", "0.1.0", "0.2.9"), ("verify", "0.2.9")):
        told = reader.run(*words).told(5, "Version 0.2.9 is not in", "`philotes-tui versions`")
        assert "Nearest to it: 0.2.1+build.5, 0.2.0 or 0.1.0." in told
    reader.set(registry=f"oci://{chart_registry.host}/nowhere")
    told = reader.run("show", "0.2.9").told(5, "The registry has nothing called", "never pushed")
    assert "Nearest" not in told
