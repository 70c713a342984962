"""The walk's commands and the signals that reach them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = """
import os, pathlib, signal, sys
ends = {{signal.SIGINT, signal.SIGTERM}}
signal.pthread_sigmask(signal.SIG_BLOCK, ends)
print("running", flush=True)
got = [signal.sigwait(ends)]
while got[-1] != signal.SIGTERM:
    got.append(signal.sigwait(ends))
got += signal.sigpending()
open({fifo!r}).read()
pathlib.Path({seen!r}).write_text(" ".join(signal.Signals(n).name for n in got))
"""
WALK = """
import pathlib, sys
from types import SimpleNamespace
from philotes_tui.cli import walk
sys.executable = {command!r}
settings = SimpleNamespace(file=pathlib.Path("settings.toml"))
walk._run(settings, ["deploy"], lambda out: out, quiet=False)
"""


def test_ctrl_c_reaches_a_command_of_the_walk_as_one_signal_and_is_waited_for(
    tmp_path: Path,
) -> None:
    fifo, seen = tmp_path / "fifo", tmp_path / "seen"
    os.mkfifo(fifo)
    command = tmp_path / "command"
    text = COMMAND.format(fifo=str(fifo), seen=str(seen))
    command.write_text(f"#!{sys.executable}\n{text}")
    command.chmod(0o700)
    walk = subprocess.Popen(
        [sys.executable, "-c", WALK.format(command=str(command))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert walk.stdout is not None
        while b"running" not in walk.stdout.readline():
            assert walk.poll() is None
        os.killpg(walk.pid, signal.SIGINT)  # as a terminal does: to the whole group
        with pytest.raises(subprocess.TimeoutExpired):
            walk.wait(0.5)  # as long as the command has not ended
        fifo.write_text("")  # opening waits for the command, which reads it once it was told
        walk.communicate(timeout=30)
        assert seen.read_text() == "SIGTERM"
    finally:
        if walk.poll() is None:
            walk.kill()
            walk.communicate()
