"""An operation's own folder goes with it, whatever ends it."""

import fcntl
import stat
import subprocess
import sys
from pathlib import Path

from philotes_tui.engine.private_folder import FOLDER, private_folder

KILLED = """
import signal, subprocess, sys
from pathlib import Path
from philotes_tui.engine.private_folder import private_folder
with private_folder(Path(sys.argv[1])) as made:
    subprocess.Popen(["cat"], pass_fds=[made.lock])
    print(made.path, flush=True)
    signal.pause()
"""


def test_the_folder_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with private_folder(tmp_path) as one, private_folder(tmp_path) as two:
        assert one.path != two.path
        assert one.path.parent == tmp_path / FOLDER
        assert stat.S_IMODE(one.path.stat().st_mode) == 0o700
        assert stat.S_IMODE(one.path.parent.stat().st_mode) == 0o700
        assert one.path.is_dir()
    assert not one.path.exists()
    assert not two.path.exists()


def test_the_folder_of_a_killed_process_is_removed_once_its_command_line_has_ended(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        left = Path(running.stdout.readline().strip())
        running.kill()
        running.wait()
        with private_folder(tmp_path):
            assert left.is_dir()  # what it started goes on and needs it
        running.stdin.close()
        with (left / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
    with private_folder(tmp_path):
        assert not left.exists()
