"""From the start of the process to the first complete frame, and out again."""

import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench.ratios import Pairs, note, print_rows
from bench.screen import FOOTER, Screen

SIZES = ((80, 24), (140, 40))
LATER = ("pulumi", "httpx", "ruamel", "grpc")
"""Packages that the first frame must do without."""
OURS = (sys.executable, "-m", "philotes_tui")
BARE = (sys.executable, "-m", "bench.bare")
_IMPORT = re.compile(rb"import time:\s+(\d+) \|\s+\d+ \|\s*([\w.]+)")


def measure(environment: Mapping[str, str], folder: Path, rounds: int) -> bool:
    """Print the start-up table; return whether the first frame imports nothing heavy."""
    variables = {**environment, **_private_settings(folder)}
    pairs: list[Pairs] = []
    for size in SIZES:
        for command in (OURS, BARE):
            _start(command, variables, size)  # warm: bytecode written, files in memory
        taken = [
            (_start(OURS, variables, size), _start(BARE, variables, size)) for _ in range(rounds)
        ]
        for index, what in enumerate(("start to first complete frame", "q to end of process")):
            a, b = [one[index] for one, _ in taken], [other[index] for _, other in taken]
            pairs.append(Pairs(f"{what}, {size[0]}×{size[1]}", "s", a, b))
    print_rows("philotes-tui", "bare Textual app", pairs)
    return _imports(variables)


def _private_settings(folder: Path) -> dict[str, str]:
    """Return variables with which the program finds a settings file and a state of its own."""
    state = folder / "state"
    file = folder / "settings.toml"
    # Nothing listens on the discard port: the start must not depend on an answer.
    file.write_text(f'registry = "oci://127.0.0.1:9/charts"\nstate_dir = "{state}"\n')
    return {"PHILOTES_TUI_SETTINGS": str(file), "PHILOTES_TUI_STATE_DIR": str(state)}


def _start(
    command: tuple[str, ...], variables: Mapping[str, str], size: tuple[int, int]
) -> tuple[float, float]:
    """Return the seconds to the first frame, and from the key to the end."""
    with Screen(command, variables, *size) as screen:
        screen.read_until(FOOTER)
        screen.read_for(0.3)
        frame = screen.first_frame()
        pressed = _pressed(screen)
    return frame, pressed


def _pressed(screen: Screen) -> float:

    at = time.monotonic()
    screen.press("q")
    screen.wait_for_exit()
    return time.monotonic() - at


def _imports(variables: Mapping[str, str]) -> bool:
    """Tell what is imported before the first frame; return whether nothing heavy is.

    The interpreter reports each import on the stream that the frames are written to,
    so that their order is known.
    """
    texts: list[str] = []
    early: list[str] = []
    for name, command in (("philotes-tui", OURS), ("bare Textual app", BARE)):
        timed = (command[0], "-X", "importtime", *command[1:])
        with Screen(timed, variables, *SIZES[0]) as screen:
            screen.read_until(FOOTER)
            screen.read_until_quiet(2.0, 10.0)
            before, _, after = screen.output.partition(FOOTER.encode())
        done = [(found[2].decode(), int(found[1])) for found in _IMPORT.finditer(before)]
        spent = sum(own for _, own in done) / 1e6
        texts.append(f"{name} {len(done)} modules in {spent:.2f} s")
        if command is OURS:
            early = _of(LATER, before)
            late = _of(LATER, after)
    note(f"Imported before the first frame (times with tracing): {', '.join(texts)}.")
    note(
        f"Of {', '.join(LATER)} before the first frame: {', '.join(early) or 'none'};"
        f" once it stands: {', '.join(late) or 'none'}."
    )
    return not early


def _of(packages: tuple[str, ...], output: bytes) -> list[str]:
    seen = {found[2].decode().split(".")[0] for found in _IMPORT.finditer(output)}
    return [package for package in packages if package in seen]
