"""The last boundary before the user: however a command ends, it is a sentence and an exit code."""

import json
import logging
import traceback

import click

from philotes_tui.errors import PhilotesError, StateFolderError
from philotes_tui.foreign import clean_line

INTERNAL_ERROR = 70
"""Exit code of a defect in this program (sysexits.h, EX_SOFTWARE)."""
INTERRUPTED = 130
"""Exit code after Ctrl-C (128 + SIGINT), as shells expect."""
_LOGGER = logging.getLogger("philotes_tui")


def exit_code_of(error: BaseException, *, as_json: bool) -> int:  # noqa: PLR0911 - one a way to end
    """Tell how a command ended, on stderr and with `as_json` on stdout; return its exit code.

    Args:
        error: What ended it; `click.exceptions.Exit` was told before.
        as_json: Whether the command was asked for JSON and has printed none yet.
    """
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            code = error.code if isinstance(error.code, int) else 1
            _stopped("terminated", "Ended by a signal.", code, as_json=as_json)
            return code
        case click.Abort() | KeyboardInterrupt():
            _stopped("interrupted", "Interrupted.", INTERRUPTED, as_json=as_json)
            return INTERRUPTED
        case click.ClickException():
            if as_json:
                _print_error("usage", error.format_message(), error.exit_code)
            error.show()
            return error.exit_code
        case PhilotesError():
            return _told(error, as_json=as_json)
        case OSError():
            return _told(_from_os_error(error), as_json=as_json)
        case _:
            return _internal(error, as_json=as_json)


def _stopped(kind: str, sentence: str, code: int, *, as_json: bool) -> None:
    if as_json:
        _print_error(kind, sentence.rstrip("."), code)
    click.echo(sentence, err=True)


def _print_error(kind: str, what: str, code: int) -> None:
    values = {"kind": kind, "what": what, "on": "", "said": "", "todo": "", "exit_code": code}
    _print_document({"error": values})


def _print_document(document: dict[str, object]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False).encode())


def _from_os_error(error: OSError) -> StateFolderError:
    _LOGGER.error("%s", traceback.format_exc())
    return StateFolderError(
        "A file could not be read or written",
        on=str(error.filename or ""),
        said=error.strerror or str(error),
        todo="Free some disk space or mend the permissions, then run it again.",
    )


def _told(error: PhilotesError, *, as_json: bool) -> int:
    _LOGGER.error("%s: %s", error.kind, error.sentence())
    if as_json:
        _print_document({"error": error.as_dict()})
    tell_error(error)
    return error.exit_code


def tell_error(error: PhilotesError) -> None:
    """Print an error on stderr: what failed, on what, what was said, what to do, where more is."""
    click.echo(f"error: {error.what}", err=True)
    if error.on:
        click.echo(f"  on:   {error.on}", err=True)
    if error.said:
        first, *rest = error.said.splitlines()
        click.echo(f"  said: {first}", err=True)
        for line in rest:
            click.echo(f"        {line}", err=True)
    if error.todo:
        click.echo(f"  do:   {error.todo}", err=True)
    if place := log_place():
        click.echo(f"  log:  {place}", err=True)


def log_place() -> str:
    """Return the log file in use, or nothing."""
    files = (h.baseFilename for h in _LOGGER.handlers if isinstance(h, logging.FileHandler))
    return next(files, "")


def _internal(error: BaseException, *, as_json: bool) -> int:
    _LOGGER.error("%s", "".join(traceback.format_exception(error)))
    text = clean_line(f"{type(error).__name__}: {error}", 400)
    if as_json:
        _print_error("internal", text, INTERNAL_ERROR)
    click.echo(f"error: philotes-tui itself failed: {text}", err=True)
    if place := log_place():
        click.echo(f"  do:   Details are in {place}; please report them.", err=True)
    return INTERNAL_ERROR
