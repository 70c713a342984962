"""Between preview and approval the stack stays as it was, or nothing is deployed."""

import subprocess
from collections.abc import Callable

import pytest

from philotes_tui.toolchain import FoundTool
from tests.commands.shell import Shell

pytestmark = pytest.mark.real


def deploy_meanwhile(shell: Shell) -> None:
    assert shell.run("deploy", "0.1.0", "--yes").code == 0


def edit_the_file(shell: Shell) -> None:
    shell.configure(values="    api:\n      replicaCount: 3\n")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (deploy_meanwhile, "changed by somebody else since the preview"),
        (edit_the_file, "the configuration in Pulumi.dev.yaml was edited"),
    ],
)
def test_a_stack_that_changed_since_its_preview_is_not_deployed_to(
    shell: Shell, change: Callable[[Shell], None], words: str
) -> None:
    with shell.terminal("deploy", "0.2.0", "--no-record-cluster") as terminal:
        terminal.wait_for("Go on? [y/N]:")
        change(shell)
        before = [stack["deployed"] for stack in shell.run("stacks", "--json").json["stacks"]]
        terminal.press("y", "enter")
        assert terminal.wait_for_exit() == 5
        terminal.wait_for(words, seconds=0.1)
    after = [stack["deployed"] for stack in shell.run("stacks", "--json").json["stacks"]]
    assert after == before


def test_a_stack_that_never_was_can_be_previewed_and_approved(
    shell: Shell, engine_tools: dict[str, FoundTool]
) -> None:
    """The preview itself makes the stack and its file."""
    (shell.project / "Pulumi.dev.yaml").unlink()
    shell.environment["PULUMI_CONFIG_PASSPHRASE"] = "for this test only"
    try:
        with shell.terminal("deploy", "0.2.0") as terminal:
            terminal.wait_for("Record this cluster")
            terminal.press("enter")
            terminal.wait_for("Go on? [y/N]:")
            terminal.press("y", "enter")
            assert terminal.wait_for_exit() == 0
    finally:
        # It has no namespace of its own: a stack without a file deploys to the default one,
        # where whatever other tests deploy would conflict with what is left there.
        destroy = ("destroy", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive")
        subprocess.run(
            [engine_tools["pulumi"].path, *destroy, "--cwd", shell.project],
            env=shell.environment,
            check=True,
            capture_output=True,
        )
