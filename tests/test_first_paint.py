"""What the real program imports before its first frame stands."""

import re
import sys
from pathlib import Path

from tests.terminal.driver import Terminal

ROOT = Path(__file__).parent.parent
HEAVY = {"pulumi", "httpx", "ruamel", "grpc"}
FOOTER = b"Quit"
_IMPORT = re.compile(rb"import time:\s+\d+ \|\s+\d+ \|\s*(\w+)")


def imported(output: bytes) -> set[str]:
    return {found[1].decode() for found in _IMPORT.finditer(output)}


def test_the_first_frame_stands_before_pulumi_and_httpx_are_imported(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    state = tmp_path / "state"
    settings.write_text(f'registry = "oci://127.0.0.1:9/charts"\nstate_dir = "{state}"\n')
    environment = {
        "PATH": str(tmp_path),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'stack'}",
    }
    # The interpreter reports imports on the stream the frames are written to, in order.
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "philotes_tui",
        "--settings",
        str(settings),
    ]
    with Terminal(command, environment) as terminal:
        terminal.wait_for("Error")  # the key that appears once reading was tried
        before, _, after = bytes(terminal.received).partition(FOOTER)
    assert "textual" in imported(before)
    assert not HEAVY & imported(before)
    assert "pulumi" in imported(after)
