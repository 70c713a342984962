"""The whole chain: the real program in a pseudo-terminal, on a real registry and cluster."""

import sys
from pathlib import Path

import pytest

from tests.terminal.acts import approve_and_watch, deployed, pick
from tests.terminal.conftest import Operator
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.real

API, WORKER = "ghcr.io/janovincze/philotes-api", "ghcr.io/janovincze/philotes-worker"


def test_a_version_is_picked_previewed_approved_watched_and_then_runs(operator: Operator) -> None:
    with operator.program() as terminal:
        pick(terminal, "0.2.0")
        terminal.wait_for("a approves", seconds=60)
        assert "+ create" in terminal.text
        approve_and_watch(terminal, "0.2.0")
        terminal.wait_for("recorded now")
        assert "philotes:clusterId: " in operator.stack_file.read_text()
        assert operator.images()["philotes-api"] == f"{API}:0.2.0"
        assert operator.images()["philotes-worker"] == f"{WORKER}:0.2.0"
        deployed(terminal, "0.2.0")

        terminal.press("escape")
        terminal.wait_until_gone("1 of 8")
        pick(terminal, "0.1.1")
        approve_and_watch(terminal, "0.1.1")
        assert operator.images()["philotes-api"] == f"{API}:0.1.1"
        assert operator.images()["philotes-worker"] == f"{WORKER}:0.1.1"
        deployed(terminal, "0.1.1")

        terminal.press("l")
        terminal.wait_for("local charts (development)", "mode local")
        terminal.press("enter")
        approve_and_watch(terminal, "local charts")
        assert operator.images()["philotes-api"] == f"{API}:0.1.0"
        deployed(terminal, "local charts")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert b"Traceback" not in terminal.received


def test_a_production_stack_wants_its_name_typed(operator: Operator) -> None:
    with operator.program() as terminal:
        terminal.press("3")
        terminal.wait_for("PRODUCTION")
        pick(terminal, "0.1.0")
        terminal.wait_for("a approves", seconds=60)
        terminal.press("a")
        terminal.wait_for("Type the stack's name, prod")
        terminal.press("y", "enter")
        terminal.press("backspace", "dev", "enter")
        assert "Type the stack's name, prod" in terminal.text
        terminal.press("escape")
        terminal.wait_until_gone("Type the stack's name")
        assert "a approves" in terminal.text


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_ctrl_c_never_leaves_a_broken_terminal(operator: Operator, size: tuple[int, int]) -> None:
    with operator.program(*size) as terminal:
        terminal.wait_for("versions")
        terminal.press("ctrl+c")
        terminal.wait_for("Quit")
        terminal.press("q")
        terminal.press("y")
        assert terminal.wait_for_exit() == 0
    assert terminal.received.rstrip().endswith(b"\x1b[?25h") or b"\x1b[?1049l" in terminal.received


def test_sigterm_gives_the_terminal_back(operator: Operator) -> None:
    with operator.program() as terminal:
        terminal.wait_for("8 versions")
        terminal.process.terminate()
        assert terminal.wait_for_exit() == 143
    assert b"\x1b[?1049l" in terminal.received
    assert b"Traceback" not in terminal.received


def test_a_terminal_that_is_too_small_says_so_and_comes_back(operator: Operator) -> None:
    with operator.program() as terminal:
        terminal.wait_for("8 versions")
        terminal.resize(40, 10)
        terminal.wait_for("too small")
        terminal.resize(80, 24)
        terminal.wait_for("8 versions")


def test_a_redirected_standard_error_is_refused_where_a_person_can_read_it(
    operator: Operator, tmp_path: Path
) -> None:
    program = f"{sys.executable} -m philotes_tui --settings {operator.settings} 2>{tmp_path}/errors"
    with Terminal(["/bin/sh", "-c", program], operator.environment) as terminal:
        terminal.wait_for("drawn on standard error")
        assert terminal.wait_for_exit() == 2


def test_the_settings_of_a_demo_that_ended_say_how_to_start_it(
    operator: Operator, tmp_path: Path
) -> None:
    operator.settings.write_text(f'demo = true\nstate_dir = "{tmp_path}"\n')
    with operator.program() as terminal:
        terminal.wait_for("The demo is not running")
        assert terminal.wait_for_exit() == 12
    assert b"make run" in terminal.received
