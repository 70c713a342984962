"""Details of versions in the real program, on the demo's registry and on one that goes down."""

from pathlib import Path

import pytest

from tests.conftest import at_hand
from tests.registry.conftest import running_registry
from tests.terminal.conftest import Operator
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.real


def row(terminal: Terminal, version: str) -> str:
    return next(line for line in terminal.text.splitlines() if line.startswith(f" {version} "))


def test_details_fill_the_list_and_a_version_is_looked_into(operator: Operator) -> None:
    with operator.program(140, 40) as terminal:
        terminal.wait_for(" 8 versions")
        terminal.wait_for("KiB")
        terminal.wait_until_gone("…    ")
        assert "app version" in terminal.text
        assert "0.1.1" in row(terminal, "0.1.1").split()[1:]  # its application version as well
        terminal.press("i")
        terminal.wait_for("1 Overview")
        terminal.wait_for("philotes-worker")
        terminal.wait_for("Found, not verified", "Signatures")
        terminal.press("2")
        terminal.wait_for("# Reaches all subcharts.")
        terminal.press("/environment:")
        terminal.wait_for("1 of ")
        terminal.press("enter", "escape")
        terminal.wait_until_gone("1 of ")
        terminal.press("3")
        terminal.wait_for("# philotes")
        terminal.press("4")
        terminal.wait_for("templates/checks.yaml")
        terminal.press("5")
        terminal.wait_for('"$schema"')
        terminal.resize(60, 16)
        terminal.wait_for_footer("⏎ Preview")
        terminal.resize(80, 24)
        terminal.press("escape")
        terminal.wait_for(" 8 versions")
        terminal.wait_for("signed")
        assert "app version" not in terminal.text
        terminal.press("q")
        assert terminal.wait_for_exit(10) == 0
    assert b"Traceback" not in terminal.received


def test_quitting_while_details_are_read_does_not_wait_for_them(operator: Operator) -> None:
    with operator.program() as terminal:
        terminal.wait_for(" 8 versions")
        terminal.press("q")
        assert terminal.wait_for_exit(10) == 0
    assert b"Traceback" not in terminal.received
    assert b"never retrieved" not in terminal.received


def test_what_was_looked_into_can_be_read_while_the_registry_is_down(
    operator: Operator, tmp_path: Path
) -> None:
    tools = {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}
    place = tmp_path / "registry"
    place.mkdir()
    operator.environment["PHILOTES_TUI_CACHE"] = str(tmp_path / "cache")
    settings = operator.settings.read_text()
    with running_registry(place, tools) as running:
        operator.settings.write_text(settings.replace(operator.demo.registry, running.charts))
        running.push("1.0.0", "1.1.0")
        with operator.program() as terminal:
            terminal.wait_for("2 versions")
            terminal.press("i")
            terminal.wait_for("philotes 1.1.0")
            terminal.wait_for(f" 1.1.0 at {running.host}")
            terminal.press("escape")
            terminal.wait_for("kind")
            terminal.press("q")
            assert terminal.wait_for_exit() == 0
    with operator.program() as terminal:
        terminal.wait_for("not current")
        terminal.press("i")
        terminal.wait_for("1.1.0 as it was read before")
        terminal.wait_for("philotes 1.1.0")
        terminal.press("escape")
        terminal.wait_for("kind")
        terminal.press("j", "i")
        terminal.wait_for("1.0.0 could not be read")
        terminal.wait_for("r tries again")
        terminal.press("escape")
        terminal.wait_for("kind")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert b"Traceback" not in terminal.received
