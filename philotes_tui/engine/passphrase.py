"""The passphrase that encrypts secrets on backends without a service of their own."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from philotes_tui.errors import StateFolderError

VARIABLE = "PULUMI_CONFIG_PASSPHRASE"
FILE_VARIABLE = "PULUMI_CONFIG_PASSPHRASE_FILE"


def passphrase_environment(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what to add to the environment so that Pulumi finds a passphrase.

    Nothing where `environ` names one already, even an empty one: it wins. Else
    the file, which is created once and never read here.

    Args:
        file: Where this program keeps the passphrase.
        environ: The environment the command line will see.

    Raises:
        StateFolderError: The file cannot be created.
    """
    if VARIABLE in environ or FILE_VARIABLE in environ:
        return {}
    ensure_passphrase(file)
    return {FILE_VARIABLE: str(file)}


def ensure_passphrase(file: Path) -> None:
    """Create the passphrase file of mode 0600 unless it is there.

    It is written beside its place and linked into it, so that two processes
    that start at once end up with the same one and none reads half of it.

    Raises:
        StateFolderError: The folder cannot be written.
    """
    if file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # mkstemp creates with O_EXCL and mode 0600.
        descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(secrets.token_urlsafe(32))
                stream.flush()
                os.fsync(stream.fileno())
            os.link(draft, file)
        finally:
            Path(draft).unlink(missing_ok=True)
    except FileExistsError:
        return
    except OSError as error:
        raise StateFolderError(
            "The passphrase file cannot be created",
            on=str(file),
            said=error.strerror or str(error),
            todo="Free some space or make the folder writable, then try again.",
        ) from error
