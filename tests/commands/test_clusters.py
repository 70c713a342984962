"""Which cluster is meant: kubeconfigs of several files, and a current context that changes."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.commands.shell import Shell

pytestmark = pytest.mark.real


def by_environment(shell: Shell) -> dict[str, Any]:
    """Leave the choice of the cluster to the environment; return the demo's kubeconfig."""
    del shell.values["kubeconfig"]
    shell.set()
    config: dict[str, Any] = json.loads(shell.demo.kubeconfig.read_text())
    return config


def deploy(shell: Shell, kubeconfig: str) -> None:
    ended = shell.run("deploy", "0.2.0", "--yes", KUBECONFIG=kubeconfig)
    assert ended.code == 0, ended.err


def leave_the_context_open(shell: Shell) -> None:
    path = shell.configure()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "kubeContext" not in line))


def test_a_kubeconfig_of_several_files_is_deployed_to_wherever_they_stand(shell: Shell) -> None:
    config = by_environment(shell)
    first, second = shell.folder / "a.yaml", shell.folder / "b.yaml"
    first.write_text(json.dumps({**config, "users": []}))
    second.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "users": config["users"]}))
    deploy(shell, both(first, second))
    other = shell.folder / "of-somebody-else"
    other.mkdir()
    moved = [Path(shutil.move(file, other)) for file in (first, second)]
    again = shell.run("preview", "0.2.0", "--json", KUBECONFIG=both(*moved))
    assert again.code == 0, again.err
    assert set(again.json["counts"]) == {"same", "read"}  # the cluster's identity is read


def both(*files: Path) -> str:
    return os.pathsep.join(map(str, files))


def test_a_stack_stays_on_its_cluster_when_the_current_context_is_switched(shell: Shell) -> None:
    config = by_environment(shell)
    leave_the_context_open(shell)
    file = shell.folder / "kubeconfig"
    dead = {"name": "other", "cluster": {"server": "https://127.0.0.1:1"}}
    user = config["contexts"][0]["context"]["user"]
    context = {"name": "other", "context": {"cluster": "other", "user": user}}
    config["clusters"].append(dead)
    config["contexts"].append(context)
    file.write_text(json.dumps(config))
    deploy(shell, str(file))
    file.write_text(json.dumps({**config, "current-context": "other"}))
    after = shell.run("preview", "0.2.0", "--json", KUBECONFIG=str(file))
    assert after.code == 0, after.err
    assert after.json["context"] == shell.demo.context
    assert set(after.json["counts"]) == {"same", "read"}  # the cluster's identity is read
