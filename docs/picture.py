"""Makes the pictures of the README: the real program, on the real demo, drawn as SVG.

    make picture
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.terminal.driver import Terminal  # noqa: E402 - needs the path above

COLUMNS, ROWS = 120, 32


def main() -> None:
    """Deploy 0.1.0 in a throw-away demo, preview 0.2.0, and draw what is seen on the way."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        command = [sys.executable, "-m", "philotes_tui", "demo", "--state", state]
        with Terminal(command, os.environ, columns=COLUMNS, rows=ROWS) as terminal:
            terminal.wait_for("0.1.0", seconds=120)
            terminal.press("/")
            terminal.wait_for("enter keeps the filter")
            terminal.press("0.1.0", "enter", "enter")
            terminal.wait_for("a approves", seconds=60)
            terminal.press("a")
            terminal.wait_for("Deploy (y)")
            terminal.press("y")
            terminal.wait_for("is deployed on dev", seconds=120)
            terminal.press("escape")
            terminal.wait_for("1 dev 0.1.0")
            terminal.press("escape")
            draw(terminal, "releases", hide=str(folder))
            terminal.press("/")
            terminal.wait_for("enter keeps the filter")
            terminal.press("0.2.0", "enter", "enter")
            terminal.wait_for("a approves", seconds=60)
            terminal.press(*["down"] * 9)
            terminal.wait_for("Properties of")
            draw(terminal, "preview", hide=str(folder))
            terminal.press("escape")
            terminal.wait_for("versions")
            terminal.press("q")


def draw(terminal: Terminal, name: str, hide: str) -> None:
    """Write the screen to `docs/NAME.svg`."""
    console = Console(
        record=True, width=COLUMNS, file=Path(os.devnull).open("w"), force_terminal=True  # noqa: SIM115
    )
    for row in range(ROWS):
        line = Text()
        for column in range(COLUMNS):
            cell = terminal.screen.buffer[row][column]
            line.append(cell.data, _style(cell))
        console.print(line, no_wrap=True, overflow="crop", end="\n")
    svg = console.export_svg(title="philotes-tui")
    assert hide not in svg
    (ROOT / "docs" / f"{name}.svg").write_text(svg, encoding="utf-8")


def _style(cell: Char) -> Style:
    return Style(
        color=_colour(cell.fg),
        bgcolor=_colour(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    return f"#{name}" if len(name) == 6 and not name.isalpha() else name  # noqa: PLR2004


if __name__ == "__main__":
    main()
    print(json.dumps([str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").glob("*.svg"))]))
