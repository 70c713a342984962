"""Which certificates are trusted: the system's, those the environment names, and one's own."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from philotes_tui.errors import SettingsError


def tls_context(
    ca_file: Path | None = None, environ: Mapping[str, str] | None = None
) -> ssl.SSLContext:
    """Return a client's TLS context that checks certificate and host name.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's authorities, as they do
    for OpenSSL and for programs in Go. Where the system has none at all, those of
    the certifi package are taken.

    Args:
        ca_file: A PEM file of authorities trusted as well.
        environ: The environment; None is this process's own.

    Raises:
        SettingsError: A file that was named is missing or holds no certificates.
    """
    environ = os.environ if environ is None else environ
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    named_file, named_folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if named_file:
        _load(context, named_file, "SSL_CERT_FILE")
    if named_folder:
        _load_folder(context, named_folder)
    if not named_file and not named_folder:
        _load_system(context)
    if ca_file is not None:
        _load(context, str(ca_file), "")
    return context


def _load_system(context: ssl.SSLContext) -> None:
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    paths = ssl.get_default_verify_paths()
    if not context.cert_store_stats()["x509_ca"] and not (paths.cafile or paths.capath):
        import certifi  # noqa: PLC0415 - needed on a system without authorities alone

        context.load_verify_locations(certifi.where())


def _load_folder(context: ssl.SSLContext, named: str) -> None:
    for folder in filter(None, named.split(os.pathsep)):
        if not Path(folder).is_dir():
            raise _unreadable(folder, "SSL_CERT_DIR", "there is no such folder")
        context.load_verify_locations(capath=folder)


def _load(context: ssl.SSLContext, file: str, variable: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise _unreadable(file, variable, "it holds no PEM certificates") from None
    except OSError as error:
        raise _unreadable(file, variable, error.strerror or "") from error


def _unreadable(path: str, variable: str, said: str) -> SettingsError:
    place = f"{path}, from {variable}" if variable else path
    unset = f", or unset {variable}" if variable else ""
    return SettingsError(
        "The certificates to trust cannot be read",
        on=place,
        said=said,
        todo=f"Name an existing file or folder of PEM certificates{unset}.",
    )
