"""The same faults on the screen of the real program: a sentence, and it goes on."""

import socket

import pytest

from tests.commands.shell import Shell
from tests.commands.test_registry_faults import refused
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.real


def leave(terminal: Terminal) -> None:
    """Quit and see that nothing ugly was shown."""
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit(20) == 0
    assert b"Traceback" not in terminal.received


def test_a_registry_that_is_down_is_named_and_asked_again(shell: Shell) -> None:
    address = refused()
    shell.set(registry=address)
    with shell.terminal() as terminal:
        terminal.wait_for("Nothing listens at")
        port = int(address.rpartition(":")[2].partition("/")[0])
        with socket.create_server(("127.0.0.1", port)) as server:
            terminal.press("r")
            terminal.wait_until_gone("Nothing listens at")
            server.accept()[0].close()
        terminal.wait_for("tries again")
        leave(terminal)


def test_a_broken_stack_file_is_named_and_read_again_once_it_is_mended(shell: Shell) -> None:
    path = shell.configure()
    good = path.read_text()
    path.write_text(good + "a: [\n")
    with shell.terminal() as terminal:
        terminal.wait_for("The stack file is not valid YAML")
        path.write_text(good)
        terminal.press("r")
        terminal.wait_for("0.2.2")
        leave(terminal)


def test_without_a_kubeconfig_versions_are_listed_and_no_preview_is_begun(shell: Shell) -> None:
    shell.set(kubeconfig=str(shell.folder / "none"))
    with shell.terminal() as terminal:
        terminal.wait_for("0.1.0")
        terminal.press("enter")
        terminal.wait_for("no context")
        leave(terminal)
    assert not (shell.folder / "backend" / ".pulumi" / "stacks").exists()


def test_a_terminal_too_small_asks_for_room_and_goes_on_when_it_has_it(shell: Shell) -> None:
    with shell.terminal(columns=30, rows=8) as terminal:
        terminal.wait_for("too small")
        terminal.resize(100, 30)
        terminal.wait_for("0.1.0")
        leave(terminal)


def test_sigterm_leaves_the_screen_in_order(shell: Shell) -> None:
    with shell.terminal() as terminal:
        terminal.wait_for("0.1.0")
        terminal.process.terminate()
        assert terminal.wait_for_exit(20) == 143
        assert b"Traceback" not in terminal.received
