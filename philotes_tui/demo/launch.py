"""The few lines a child runs before it becomes the program it was started for.

On Linux they ask the kernel to end the child when its parent dies, so that even
`kill -9` of this program leaves nothing running: prctl(2), PR_SET_PDEATHSIG. The
setting outlives `exec`, and it follows the *thread* that started the child, which
is why the supervisor starts all children from one thread that lives as long as it.
Elsewhere the record of processes does that work at the next start.
"""

import os
import sys
from collections.abc import Sequence

_PROGRAM = """\
import os, signal, sys
parent, program = int(sys.argv[1]), sys.argv[2]
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
try:
    os.execv(program, sys.argv[2:])
except OSError as error:
    sys.exit(f"{program}: {error.strerror}")
"""
# SIGKILL, because etcd's log and the registry's uploads are made to survive it, and
# because nobody is left who could wait for a slower end.


def launcher() -> str:
    """Return the program that a child runs until it becomes its own."""
    return sys.executable


def wrapped(argv: Sequence[str]) -> list[str]:
    """Return the command line that starts `argv` so that it ends with its parent.

    Args:
        argv: The program by its absolute path, and its arguments.
    """
    # -I and -S: no user code and no site packages, which keeps it at about 20 ms.
    return [launcher(), "-I", "-S", "-c", _PROGRAM, str(os.getpid()), *argv]
