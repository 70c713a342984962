"""A stack is deployed to one cluster: the one that was approved, and then the one recorded."""

from pathlib import Path
from typing import Any

import pytest

from philotes_tui.engine.stack_file import StackFile
from tests.commands.shell import Shell

pytestmark = pytest.mark.real

ANOTHER = "5f7c0f0e-2b1c-4a67-9c1b-0d6f5a3e9b21"
RECORD = "Record this cluster in Pulumi.dev.yaml"


def kube_system(shell: Shell) -> str:
    """Ask the cluster's API for its id."""
    found: Any = shell.demo.cluster.api.get("/api/v1/namespaces/kube-system").json()
    return str(found["metadata"]["uid"])


def recorded(shell: Shell, stack: str = "dev") -> str:
    return StackFile.read(shell.project, stack).settings.cluster_id


def namespaces(shell: Shell) -> list[str]:
    items: Any = shell.demo.cluster.api.get("/api/v1/namespaces").json()["items"]
    names = [item["metadata"]["name"] for item in items]
    return [name for name in names if name.startswith(shell.namespace)]


def test_the_first_deploy_offers_to_record_the_cluster_and_is_then_held_to_it(
    shell: Shell,
) -> None:
    with shell.terminal("deploy", "0.2.0") as terminal:
        terminal.wait_for(RECORD)
        assert f"Cluster id {kube_system(shell)}, not recorded." in terminal.text
        terminal.press("enter")
        terminal.wait_for("Go on? [y/N]:")
        terminal.press("y", "enter")
        terminal.wait_for(f"Cluster {kube_system(shell)[:8]} is recorded", seconds=60)
        assert terminal.wait_for_exit() == 0
    assert recorded(shell) == kube_system(shell)
    (dev, *_) = shell.run("stacks", "--json").json["stacks"]
    assert dev["cluster_id"] == dev["outputs"]["clusterId"] == kube_system(shell)
    assert kube_system(shell)[:8] in shell.run("stacks").out
    again = shell.run("preview", "0.2.0", "--json").json
    assert again["cluster"] == {
        "id": kube_system(shell),
        "recorded": kube_system(shell),
        "matches": True,
    }
    with shell.terminal("deploy", "0.1.0") as terminal:
        terminal.wait_for("Go on? [y/N]:")
        assert RECORD not in terminal.text
        assert "as recorded." in terminal.text
        terminal.press("n", "enter")
        assert terminal.wait_for_exit() == 2


def test_a_first_deploy_that_is_not_approved_records_nothing(shell: Shell) -> None:
    before = shell.configure().read_text()
    with shell.terminal("deploy", "0.2.0") as terminal:
        terminal.wait_for(RECORD)
        terminal.press("enter")
        terminal.wait_for("Go on? [y/N]:")
        terminal.press("enter")
        assert terminal.wait_for_exit() == 2
    assert recorded(shell) == ""
    assert (shell.project / "Pulumi.dev.yaml").read_text().startswith(before)


@pytest.mark.parametrize("flag", ["--record-cluster", "--no-record-cluster", None])
def test_with_yes_the_cluster_is_recorded_only_if_that_is_asked_for(
    shell: Shell, flag: str | None
) -> None:
    ended = shell.run("deploy", "0.2.0", "--yes", *([flag] if flag else []))
    assert ended.code == 0, ended.err
    wanted = flag == "--record-cluster"
    assert recorded(shell) == (kube_system(shell) if wanted else "")
    assert ("is recorded" in ended.out) is wanted


@pytest.mark.parametrize("command", [("preview",), ("deploy", "--yes")])
def test_another_cluster_than_the_recorded_one_is_refused_before_anything_is_changed(
    shell: Shell, command: tuple[str, ...]
) -> None:
    file: Path = shell.configure(clusterId=ANOTHER)
    before = file.read_text()
    ended = shell.run(*command, "0.2.0")
    ended.told(
        6,
        "This is not the cluster of the stack, so the",
        "nothing was changed",
        f"stack dev, context “{shell.demo.context}”",
        f"recorded is the cluster {ANOTHER}, reached was {kube_system(shell)}",
        f"set philotes:clusterId there to {kube_system(shell)}",
    )
    assert namespaces(shell) == []
    assert file.read_text().startswith(before)
    assert recorded(shell) == ANOTHER
    (dev, *_) = shell.run("stacks", "--json").json["stacks"]
    assert dev["deployed"] is None


def test_a_refused_deploy_is_not_told_as_one_that_was_half_done(shell: Shell) -> None:
    assert shell.run("deploy", "0.1.0", "--yes").code == 0
    shell.configure(clusterId=ANOTHER)
    assert shell.run("deploy", "0.2.0", "--yes").code == 6
    (dev, *_) = shell.run("stacks", "--json").json["stacks"]
    assert (dev["deployed"], dev["unfinished"]) == ("0.1.0", None)
