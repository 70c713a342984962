"""The program's entry: `philotes-tui`, or `python -m philotes_tui`."""

import gc
import sys


def main() -> None:
    """Run the command line and exit with its documented code."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    # The interpreter would search all of Pulumi's modules for garbage before it ends:
    # that takes longer than all else after the last line was printed.
    gc.freeze()
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Return the exit code; what is imported here may be cut by Ctrl-C already."""
    from philotes_tui.cli.recent import answered_again  # noqa: PLC0415
    from philotes_tui.cli.streams import keep_streams  # noqa: PLC0415

    keep_streams()
    try:
        if answered_again(arguments):
            return 0
    except OSError as error:
        from philotes_tui.cli.boundary import exit_code_of  # noqa: PLC0415

        return exit_code_of(error, as_json="--json" in arguments)
    from philotes_tui.cli.main import run  # noqa: PLC0415
    from philotes_tui.signals import end_on_signals, let_interrupts_end  # noqa: PLC0415

    end_on_signals()
    code = run(arguments)
    let_interrupts_end()
    return code


if __name__ == "__main__":
    main()
