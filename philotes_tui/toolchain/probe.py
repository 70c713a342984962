"""Asking a tool for its version, once per file."""

import os
import subprocess
import tempfile
import threading
from pathlib import Path

from philotes_tui.toolchain.cache import read_json, write_json
from philotes_tui.toolchain.fit import printed_version
from philotes_tui.toolchain.tools import Tool

_TIME_LIMIT = 15.0
"""Seconds a tool may take to print its version: a cold start from a slow disk."""

_memory_lock = threading.Lock()


def version_of(tool: Tool, path: Path, memory: Path) -> str | None:
    """Return the version a file prints, or None if it is not that tool or does not run.

    Answers are remembered in `memory` by path, size and modification time, so
    that the second look spawns nothing. Scripts and links to another program's
    file are asked every time: version managers put such shims on PATH, and what
    stands behind them changes without a trace in the shim.
    """
    try:
        target = path.resolve(strict=True)
        stat = target.stat()
        with target.open("rb") as file:
            is_script = file.read(2) == b"#!"
    except OSError:
        return None
    mark = [stat.st_mtime_ns, stat.st_size, stat.st_ino, *tool.version_args]
    can_remember = not is_script and target.name.startswith(tool.name)
    if can_remember:
        known = read_json(memory).get(str(path))
        if isinstance(known, dict) and known.get("mark") == mark:
            version = known.get("version")
            return version if isinstance(version, str) else None
    version = _ask(tool, path)
    if can_remember and version is not None:
        with _memory_lock:
            write_json(memory, {**read_json(memory), str(path): {"mark": mark, "version": version}})
    return version


def _ask(tool: Tool, path: Path) -> str | None:
    with tempfile.TemporaryDirectory(prefix="philotes-probe-") as home:
        # A probe leaves nothing in the user's folders and asks no server for updates.
        environment = {**os.environ, "PULUMI_HOME": home, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        environment["GOTOOLCHAIN"] = "local"
        try:
            done = subprocess.run(
                [str(path), *tool.version_args],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIME_LIMIT,
                env=environment,
                cwd=home,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    if done.returncode != 0:
        return None
    text = done.stdout.decode(errors="replace") or done.stderr.decode(errors="replace")
    return printed_version(tool, text)
