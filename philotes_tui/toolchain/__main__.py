"""`python -m philotes_tui.toolchain [NAME…]`: have every required tool at hand."""

import signal
import sys
from types import FrameType

from philotes_tui.errors import PhilotesError
from philotes_tui.toolchain import REQUIRED_TOOLS, ensure
from philotes_tui.toolchain.display import display

_INTERRUPTED = 130


def main(names: list[str]) -> int:
    """Ensure the tools of these names, or all required ones, and return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with display(sys.stderr) as show:
            ensure(names or REQUIRED_TOOLS, show)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What is finished is kept; start again to go on.\n")
        return _INTERRUPTED
    except PhilotesError as error:
        sys.stderr.write(f"{error.what}{f' ({error.on})' if error.on else ''}.\n")
        sys.stderr.writelines(f"  {line}\n" for line in error.said.splitlines())
        sys.stderr.write(f"{error.todo}\n")
        return error.exit_code
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
