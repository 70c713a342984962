"""`python -m philotes_tui.toolchain [--for run|test|bench] [NAME…]`: have tools at hand."""

import argparse
import signal
import sys
from types import FrameType

from philotes_tui.errors import PhilotesError
from philotes_tui.toolchain import Purpose, ensure, needed_for
from philotes_tui.toolchain.display import display

_INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Ensure the tools of the names given, else those of a purpose, and return the exit code."""
    parser = argparse.ArgumentParser(prog="philotes_tui.toolchain", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "--for", dest="purpose", type=Purpose, choices=[*Purpose], default=Purpose.RUN
    )
    chosen = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with display(sys.stderr) as show:
            ensure(chosen.names or needed_for(chosen.purpose), show)
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
