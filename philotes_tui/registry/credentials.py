"""Logins for registries, from the files where `helm registry login` and Docker keep them."""

import asyncio
import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from philotes_tui.errors import SettingsError

_LARGEST_FILE = 1024 * 1024


@dataclass(frozen=True)
class Basic:
    """A user name with its password or token.

    Attributes:
        username: The account.
        password: Never shown, not even in the value's own text.
        source: The file it came from.
    """

    username: str
    password: str = field(repr=False)
    source: str = ""

    @property
    def header(self) -> str:
        """The value of the Authorization header (RFC 7617)."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class Credentials(Protocol):
    """Where logins come from. Asked only after a registry wants one."""

    async def lookup(self, host: str) -> Basic | None:
        """Return the login for a registry, or None.

        Args:
            host: The host, with its port where the reference has one.

        Raises:
            SettingsError: What is stored cannot be read.
        """


class NoCredentials:
    """Anonymous everywhere."""

    async def lookup(self, host: str) -> Basic | None:  # noqa: ARG002
        """Return None."""
        return None


@dataclass(frozen=True)
class FileCredentials:
    """Logins from files in Docker's format; the first file that has one wins.

    Attributes:
        files: The files, in the order they are asked. A missing one is passed over.
    """

    files: Sequence[Path]

    async def lookup(self, host: str) -> Basic | None:
        """Return the login for a registry from the first file that holds one.

        Raises:
            SettingsError: A file is not readable or not in the format; its content is not told.
        """
        for path in self.files:
            config = await asyncio.to_thread(_read, path)
            found = _find(config, host, path)
            if found is not None:
                return found
        return None


def stored_credentials(environ: Mapping[str, str] | None = None) -> FileCredentials:
    """Return the logins of Helm, then of Docker, found where those programs look.

    Args:
        environ: The environment; None is this process's own.
    """
    return FileCredentials(config_files(os.environ if environ is None else environ))


def config_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files of Helm (helm/helm:pkg/helmpath) and Docker (docker/cli:cli/config)."""
    home = Path(environ.get("HOME") or Path.home())
    if named := environ.get("HELM_REGISTRY_CONFIG"):
        helm = Path(named)
    elif folder := environ.get("HELM_CONFIG_HOME"):
        helm = Path(folder, "registry", "config.json")
    else:
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        helm = config / "helm" / "registry" / "config.json"
    docker = Path(environ.get("DOCKER_CONFIG") or home / ".docker") / "config.json"
    return helm, docker


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise SettingsError(
            "The file of registry logins cannot be read",
            on=str(path),
            said=error.strerror or "",
            todo="Give yourself read access to it, or move it away.",
        ) from error
    if not raw.strip():
        return {}
    try:
        config = json.loads(raw) if len(raw) <= _LARGEST_FILE else None
    except json.JSONDecodeError as error:
        # The decoder's own error carries the document: it must not travel along.
        line, reason = error.lineno, error.msg
        raise _broken(f"{path}:{line}", reason) from None
    except (UnicodeDecodeError, RecursionError):
        raise _broken(str(path), "it is not JSON") from None
    if not isinstance(config, dict):
        raise _broken(str(path), "it is not a JSON object")
    return config


def _find(config: Mapping[str, Any], host: str, path: Path) -> Basic | None:
    """Return the login for a host from `auths`, by its own key or a legacy URL's host."""
    auths = config.get("auths") or {}
    if not isinstance(auths, dict):
        raise _broken(str(path), "“auths” is not an object")
    keys = [key for key in auths if key == host]
    keys += [key for key in auths if key != host and _host_of_key(key) == host]
    for key in keys:
        entry = auths[key]
        if not isinstance(entry, dict):
            raise _broken(str(path), f"the entry of {host} is not an object")
        basic = _decode(entry, host, path)
        if basic is not None:
            return basic
    return None


def _host_of_key(key: str) -> str:
    """Return the host of a key such as `https://ghcr.io/v1/`."""
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]


def _decode(entry: Mapping[str, Any], host: str, path: Path) -> Basic | None:
    username, password = entry.get("username"), entry.get("password")
    auth = entry.get("auth")
    if isinstance(auth, str) and auth:
        try:
            pair = base64.b64decode(auth, validate=True).decode()
        except (binascii.Error, ValueError):
            raise _broken(str(path), f"“auth” of {host} is not base64") from None
        username, colon, password = pair.partition(":")
        if not colon:
            raise _broken(str(path), f"“auth” of {host} is not user:password")
    if isinstance(username, str) and isinstance(password, str) and username:
        return Basic(username, password.rstrip("\0"), str(path))
    return None


def _broken(on: str, reason: str) -> SettingsError:
    return SettingsError(
        "The file of registry logins is broken",
        on=on,
        said=reason,
        todo="Mend or remove it, then log in again with `helm registry login`.",
    )
