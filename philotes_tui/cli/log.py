"""The log file: where details go that have no place on a screen."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

from philotes_tui.errors import StateFolderError

SIZE = 2_000_000
"""Bytes after which the log file is rotated; one older file is kept."""


class PrivateFile(RotatingFileHandler):
    """A log file that only its owner can read."""

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - typeshed's own type is private
        os.close(os.open(self.baseFilename, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Lose a record rather than print a traceback over the screen, as on a full disk."""


def log_to_file(path: Path) -> None:
    """Send everything the program and its libraries log to `path`, and nothing to the terminal.

    Raises:
        StateFolderError: The folder or file cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = PrivateFile(path, maxBytes=SIZE, backupCount=1, encoding="utf-8", delay=False)
    except OSError as error:
        raise StateFolderError(
            "The log file cannot be written",
            on=str(path),
            said=error.strerror or str(error),
            todo="Free some disk space or set PHILOTES_TUI_STATE_DIR to a folder you may write.",
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in ("", "philotes_tui"):
        logger = logging.getLogger(name)
        for old in logger.handlers:
            old.close()
        logger.handlers = [handler]
    logging.getLogger("philotes_tui").propagate = False
    logging.getLogger("philotes_tui").setLevel(logging.INFO)
    logging.getLogger().setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
