"""Ctrl-C, SIGTERM, a closed terminal and a closed standard input, at any moment."""

import os
import signal

import pytest

from tests.commands.shell import Shell
from tests.commands.test_registry_faults import silent

pytestmark = pytest.mark.real

QUESTION = "Go on? [y/N]:"
UNASKED = ("--no-record-cluster",)


def test_without_a_terminal_a_deploy_needs_its_approval_beforehand(shell: Shell) -> None:
    for as_json in ((), ("--json",)):
        ended = shell.run("deploy", "0.2.0", *as_json)
        ended.told(2, "Nobody can be asked to approve this deploy", "add --yes")
    assert ended.json["error"]["kind"] == "approval-required"


@pytest.mark.parametrize(
    ("flags", "question"), [((), "Record this cluster"), (("--record-cluster",), QUESTION)]
)
def test_ctrl_c_at_a_question_changes_nothing(
    shell: Shell, flags: tuple[str, ...], question: str
) -> None:
    with shell.terminal("deploy", "0.1.0", *flags) as terminal:
        terminal.wait_for(question)
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
        assert "Nothing was changed." in terminal.text
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize("answer", [("n", "enter"), ("\x04",)], ids=["no", "end of input"])
def test_no_and_no_answer_are_no_approval(shell: Shell, answer: tuple[str, ...]) -> None:
    with shell.terminal("deploy", "0.1.0", "--record-cluster") as terminal:
        terminal.wait_for(QUESTION)
        terminal.press(*answer)
        assert terminal.wait_for_exit() == 2
        assert "othing was changed." in terminal.text
    assert shell.demo.cluster.api.get(f"/api/v1/namespaces/{shell.namespace}").status == 404


def test_production_wants_the_stack_s_name_and_is_cancelled_by_ctrl_c(shell: Shell) -> None:
    shell.configure("prod")
    with shell.terminal("deploy", "0.1.0", "--stack", "prod", *UNASKED) as terminal:
        terminal.wait_for("This is production. Type the stack's name (prod)")
        terminal.press("dev", "enter")
        assert terminal.wait_for_exit() == 2
        assert "Not approved; nothing was changed." in terminal.text
    with shell.terminal("deploy", "0.1.0", "--stack", "prod", *UNASKED) as terminal:
        terminal.wait_for("Type the stack's name (prod)")
        terminal.press("prod", "enter")
        terminal.wait_for("deploy of 0.1.0 on prod")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 8
        assert "The deploy was cancelled" in terminal.text
    assert shell.locks() == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_a_command_that_waits_for_an_answer(
    shell: Shell, number: signal.Signals, code: int
) -> None:
    with silent() as address:
        shell.set(registry=address)
        with shell.start("doctor", "--json") as running:
            running.wait_for("Waiting for")
            running.send(number)
            ended = running.end(15)
    assert ended.code == code
    assert ended.json["error"]["exit_code"] == code
    assert "Traceback" not in ended.err


def test_ctrl_c_during_a_preview_is_told_as_cancelled(shell: Shell) -> None:
    with shell.start("preview", "0.1.0", "--json") as running:
        running.wait_for("preview of 0.1.0 on dev")
        running.send(signal.SIGINT)
        ended = running.end(30)
    ended.told(8, "The preview was cancelled")
    assert ended.json["result"] == "cancelled"
    assert shell.run("preview", "0.1.0").code == 0


def test_a_closed_standard_input_is_no_terminal(shell: Shell) -> None:
    closed = ["sh", "-c", 'exec "$@" <&-', "sh"]
    code, told = _ends([*closed, *shell.command("deploy", "0.2.0")], shell)
    assert (code, "Nobody can be asked" in told) == (2, True)
    code, told = _ends([*closed, *shell.command()], shell)
    assert (code, "There is no terminal here" in told) == (2, True)
    code, told = _ends(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *shell.command("stacks")], shell
    )
    assert (code, told) == (0, "")


def _ends(command: list[str], shell: Shell) -> tuple[int, str]:
    """Run a command whose streams the shell before it closes; return its code and output."""
    inside, outside = os.pipe()
    child = os.posix_spawnp(
        command[0],
        command,
        shell.environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, outside, 1), (os.POSIX_SPAWN_DUP2, outside, 2)],
    )
    os.close(outside)
    with os.fdopen(inside) as stream:
        told = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told
