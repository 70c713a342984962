"""Opening the terminal interface."""

import sys

import click

from philotes_tui.cli.wiring import Wiring
from philotes_tui.settings import Settings


def on_terminal() -> bool:
    """Whether there is a terminal to draw on; Textual draws on standard error."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def open_interface(settings: Settings) -> None:
    """Run the terminal interface until the operator leaves it.

    Raises:
        click.UsageError: There is no terminal to draw on.
        click.exceptions.Exit: It was ended by a signal or by a defect.
        click.exceptions.Exit: A signal ended it, or a defect.
    """
    if not on_terminal():
        raise click.UsageError("There is no terminal here; use a command, see --help.")
    from philotes_tui.tui.app import PhilotesApp  # noqa: PLC0415 - commands do without Textual

    app = PhilotesApp(Wiring(settings).services())
    for sentence in app.run() or ():
        click.echo(sentence, err=True)
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)
