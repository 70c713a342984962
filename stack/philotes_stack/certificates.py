"""The certificates that are trusted for a registry instead of the system's."""

from pathlib import Path

from philotes_stack.config import NAMESPACE, ConfigInvalid

_BEGIN = b"-----BEGIN CERTIFICATE-----"
"""How each certificate of a PEM file begins (RFC 7468, section 5.1)."""


def readable_certificates(folder: Path, configured: str, key: str) -> Path:
    """Return the absolute path of a PEM file after a look at what it holds.

    The provider's own error for a file that is not there does not name the key.

    Args:
        folder: The project's folder, to which a relative path refers.
        configured: The path as it was configured; `~` is the user's home.
        key: Configuration key, for the sentence.

    Raises:
        ConfigInvalid: The file cannot be read, or holds no certificate.
    """
    path = (folder / Path(configured).expanduser()).absolute()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigInvalid(
            f"{NAMESPACE}:{key} names {path}, which cannot be read: {error.strerror}"
        ) from error
    if _BEGIN not in content:
        raise ConfigInvalid(f"{NAMESPACE}:{key} names {path}, which holds no PEM certificate")
    return path
