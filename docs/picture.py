"""Makes the pictures of the README: the real program, on the real demo, drawn as SVG.

make picture
"""

import io
import json
import os
import sys
import tempfile
from itertools import groupby
from pathlib import Path

from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.terminal.acts import approve_and_watch, deployed, pick  # noqa: E402 - needs the path
from tests.terminal.driver import Terminal  # noqa: E402

COLUMNS, ROWS = 120, 32


def main() -> None:
    """Deploy 0.1.0 in a throw-away demo, preview 0.2.0, and draw what is seen on the way."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        command: list[str | Path] = [sys.executable, "-m", "philotes_tui", "demo", "--state", state]
        with Terminal(command, os.environ, columns=COLUMNS, rows=ROWS) as terminal:
            terminal.wait_for(" 8 versions", seconds=120)
            pick(terminal, "0.1.0")
            approve_and_watch(terminal, "0.1.0")
            deployed(terminal, "0.1.0")
            terminal.press("escape")
            terminal.wait_until_gone("1 of 8")
            terminal.wait_for("0.3.0-rc.1")
            # A cell that waits for details; one that is cut has less after it.
            terminal.wait_until_gone("…   ")
            draw(terminal, "releases", hide=str(folder))
            pick(terminal, "0.2.0")
            terminal.wait_for("a approves", seconds=60)
            for _ in range(ROWS):  # down to the first Deployment, which has a new image
                if (
                    "Properties of philotes/philotes-api" in terminal.text
                    and "image" in terminal.text
                ):
                    break
                shown = terminal.text
                terminal.press("down")
                terminal.wait_for_change(shown)
            draw(terminal, "preview", hide=str(folder))
            terminal.press("escape")
            terminal.wait_for("versions")
            terminal.press("q")


def draw(terminal: Terminal, name: str, hide: str) -> None:
    """Write the screen to `docs/NAME.svg`."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for row in range(ROWS):
        cells = (terminal.screen.buffer[row][column] for column in range(COLUMNS))
        line = Text()
        # Blanks apart from words: viewers stretch a run, and blanks would stretch with it.
        for (style, _), run in groupby(cells, key=lambda c: (_style(c), c.data == " ")):
            line.append("".join(cell.data for cell in run), style)
        console.print(line, no_wrap=True, overflow="crop")
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
