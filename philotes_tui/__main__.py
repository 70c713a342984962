"""The program's entry: `philotes-tui`, or `python -m philotes_tui`."""

import sys


def main() -> None:
    """Run the command line and exit with its documented code."""
    from philotes_tui.cli.main import run  # noqa: PLC0415 - `--version` alone needs less

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
