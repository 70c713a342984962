"""The program's entry: `philotes-tui`, or `python -m philotes_tui`."""

import gc
import sys


def main() -> None:
    """Run the command line and exit with its documented code."""
    try:
        from philotes_tui.cli.main import run  # noqa: PLC0415 - Ctrl-C may come this early
        from philotes_tui.cli.streams import keep_streams  # noqa: PLC0415
        from philotes_tui.signals import end_on_signals, let_interrupts_end  # noqa: PLC0415

        keep_streams()
        end_on_signals()
        code = run(sys.argv[1:])
        let_interrupts_end()
    except KeyboardInterrupt:
        code = 130
    # The interpreter would search all of Pulumi's modules for garbage before it ends:
    # that takes longer than all else after the last line was printed.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
