"""Turning whatever a worker raises into an error a person can act on."""

import logging
from pathlib import Path

from philotes_tui.errors import PhilotesError

LOGGER = logging.getLogger("philotes_tui")


def as_error(fault: BaseException, doing: str, log_file: Path) -> PhilotesError:
    """Return our own error for `fault`; anything unexpected is logged with its traceback.

    Args:
        fault: What a worker raised.
        doing: What it was doing, such as `reading the versions`.
        log_file: The file that logging writes to, named in the error.
    """
    if isinstance(fault, PhilotesError):
        LOGGER.info("%s: %s", doing, fault.sentence())
        return fault
    trace = (type(fault), fault, fault.__traceback__)
    LOGGER.error("unexpected error while %s", doing, exc_info=trace)
    return PhilotesError(
        f"Something unexpected went wrong while {doing}",
        said=f"{type(fault).__name__}: {fault}",
        todo=f"Try again. The details are in {log_file}.",
    )
