"""`python3 -m philotes_tui.publishing VERSION --registry oci://HOST/PATH`."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType

from philotes_tui.errors import PhilotesError, StateFolderError
from philotes_tui.publishing.command import run
from philotes_tui.publishing.options import parser
from philotes_tui.signals import end_on_signals


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code (`--help` lists them)."""
    options = parser().parse_args(arguments)
    end_on_signals()
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        run(options)
    except PhilotesError as error:
        return _refused(error)
    except KeyboardInterrupt:
        _tell_stopped()
        return 128 + signal.SIGINT
    except SystemExit:  # `end_on_signals`
        _tell_stopped()
        raise
    except OSError as error:
        what = "A file cannot be read or written"
        return _refused(
            StateFolderError(what, on=str(error.filename or ""), said=error.strerror or str(error))
        )
    return 0


def _refused(error: PhilotesError) -> int:
    lines = [f"error: {error.what}"]
    for name, text in (("on", error.on), ("said", error.said), ("do", error.todo)):
        if text:
            lines.append(f"  {name + ':':<5} " + text.replace("\n", "\n        "))
    print("\n".join(lines), file=sys.stderr)  # noqa: T201 - the command's output
    return error.exit_code


def _tell_stopped() -> None:
    told = "Stopped. Run it again: what is published with the same content is kept."
    print(told, file=sys.stderr)  # noqa: T201 - the command's output


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the next would cut the clean-up
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
