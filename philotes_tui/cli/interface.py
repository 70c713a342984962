"""Opening the terminal interface."""

import sys

import click

from philotes_tui.cli.boundary import INTERNAL_ERROR
from philotes_tui.cli.wiring import Wiring
from philotes_tui.settings import Settings


def on_terminal() -> bool:
    """Whether there is a terminal to draw on; Textual draws on standard error."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def refuse_half_a_terminal() -> None:
    """Refuse where a person sits there, but standard error leads elsewhere.

    Raises:
        click.exceptions.Exit: It does; the sentence went to standard output.
    """
    if sys.stdin.isatty() and sys.stdout.isatty() and not sys.stderr.isatty():
        click.echo("The screens are drawn on standard error, which is redirected: leave 2> out.")
        raise click.exceptions.Exit(click.UsageError.exit_code)


def open_interface(settings: Settings) -> None:
    """Run the terminal interface until the operator leaves it.

    Raises:
        click.UsageError: There is no terminal to draw on.
        click.exceptions.Exit: It was ended by a signal or by a defect.
    """
    refuse_half_a_terminal()
    if not on_terminal():
        raise click.UsageError("There is no terminal here; use a command, see --help.")
    from philotes_tui.tui.app import PhilotesApp  # noqa: PLC0415 - commands do without Textual

    app = PhilotesApp(Wiring(settings).services())
    for sentence in app.run() or ():
        click.echo(sentence, err=True)
    if app.return_code:
        # Textual ends with 1 after a defect, which here means a failed operation.
        defect = app.return_code == 1
        raise click.exceptions.Exit(INTERNAL_ERROR if defect else app.return_code)
