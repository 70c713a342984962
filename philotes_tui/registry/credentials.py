"""Logins for registries, from where `helm registry login` and Docker keep them."""

import base64
import binascii
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from philotes_tui.errors import SettingsError
from philotes_tui.registry.credential_helper import IDENTITY, ask_helper, is_text

_LARGEST_FILE = 1024 * 1024
_HELPER_LIMIT = 10.0
_TOKEN = re.compile(r"[\x21-\x7e]+")
"""What a token may consist of: a blank at an end of a header's value is none of it."""
DOCKER_HUB = {"docker.io", "index.docker.io", "registry-1.docker.io"}
DOCKER_HUB_KEY = "https://index.docker.io/v1/"


@dataclass(frozen=True)
class Basic:
    """A user name with its password or token.

    Attributes:
        username: The account.
        password: Never shown, not even in the value's own text.
        source: The file or program it came from.
    """

    username: str
    password: str = field(repr=False)
    source: str = ""

    @property
    def header(self) -> str:
        """The value of the Authorization header (RFC 7617)."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


@dataclass(frozen=True)
class IdentityToken:
    """What is exchanged for tokens and stands for the account.

    Attributes:
        token: Never shown.
        source: The file or program it came from.
    """

    token: str = field(repr=False)
    source: str = ""


@dataclass(frozen=True)
class RegistryToken:
    """A token that goes to the registry as it is.

    Attributes:
        token: Never shown.
        source: The file it came from.
    """

    token: str = field(repr=False)
    source: str = ""

    @property
    def header(self) -> str:
        """The value of the Authorization header (RFC 6750)."""
        return f"Bearer {self.token}"


Login: TypeAlias = Basic | IdentityToken | RegistryToken


class Credentials(Protocol):
    """Where logins come from. Asked only after a registry wants one."""

    async def lookup(self, host: str) -> Login | None:
        """Return the login for a registry, or None.

        Args:
            host: The host, with its port where the reference has one.

        Raises:
            HelperFailed: A program that may keep one does not answer.
            SettingsError: What is stored cannot be read.
        """


class NoCredentials:
    """Anonymous everywhere."""

    async def lookup(self, host: str) -> Login | None:  # noqa: ARG002
        """Return None."""
        return None


@dataclass(frozen=True)
class FileCredentials:
    """Logins from files in Docker's format; the first file that has one wins.

    In each file the program of `credHelpers` for the host is asked, then that of
    `credsStore`, then `auths` is read.

    Attributes:
        files: The files, in the order they are asked. A missing one is passed over.
        patience: Seconds that a program may take.
    """

    files: Sequence[Path]
    patience: float = _HELPER_LIMIT

    async def lookup(self, host: str) -> Login | None:
        """Return the login for a registry from the first file that holds one.

        Raises:
            HelperFailed: A program that a file names does not answer.
            SettingsError: A file is not readable or not in the format; its content is not told.
        """
        for path in self.files:
            config = read_config(path)
            found = await self._from_helpers(config, host, path) or _find(config, host, path)
            if found is not None:
                return found
        return None

    async def _from_helpers(self, config: Mapping[str, Any], host: str, path: Path) -> Login | None:
        for name in helpers_for(config, host, path):
            told = await ask_helper(name, key_of(host), on=str(path), within=self.patience)
            if told is not None:
                username, secret = told
                source = f"docker-credential-{name}"
                if username == IDENTITY:
                    return IdentityToken(secret, source)
                return Basic(username, secret, source)
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


def read_config(path: Path) -> Mapping[str, Any]:
    """Return a file of logins in Docker's format; one that is missing or empty has none.

    Raises:
        SettingsError: It is not readable or not in the format; its content is not told.
    """
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
        raise broken_config(f"{path}:{line}", reason) from None
    except (UnicodeDecodeError, RecursionError):
        raise broken_config(str(path), "it is not JSON") from None
    if not isinstance(config, dict):
        raise broken_config(str(path), "it is not a JSON object")
    return config


def key_of(host: str) -> str:
    """Return what a host's login is kept under."""
    return DOCKER_HUB_KEY if host in DOCKER_HUB else host


def helpers_for(config: Mapping[str, Any], host: str, path: Path) -> Iterator[str]:
    """Yield the programs that a file names for a host, the most specific first.

    Raises:
        SettingsError: The file is not in the format.
    """
    specific = config.get("credHelpers") or {}
    if not isinstance(specific, dict):
        raise broken_config(str(path), "“credHelpers” is not an object")
    keys = [key_of(host), host, *(sorted(DOCKER_HUB) if host in DOCKER_HUB else ())]
    for name in (*(specific.get(key) for key in keys), config.get("credsStore")):
        if isinstance(name, str) and name:
            yield name


def _find(config: Mapping[str, Any], host: str, path: Path) -> Login | None:
    """Return the login for a host from `auths`, by its own key or a legacy URL's host."""
    auths = config.get("auths") or {}
    if not isinstance(auths, dict):
        raise broken_config(str(path), "“auths” is not an object")
    hosts = {host} | (DOCKER_HUB if host in DOCKER_HUB else set())
    keys = [key for key in auths if key == host]
    keys += [key for key in auths if key != host and host_of_key(key) in hosts]
    for key in keys:
        entry = auths[key]
        if not isinstance(entry, dict):
            raise broken_config(str(path), f"the entry of {host} is not an object")
        login = _decode(entry, host, path)
        if login is not None:
            return login
    return None


def host_of_key(key: str) -> str:
    """Return the host of a key such as `https://ghcr.io/v1/`."""
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]


def _decode(entry: Mapping[str, Any], host: str, path: Path) -> Login | None:
    for field_name, kind in (("identitytoken", IdentityToken), ("registrytoken", RegistryToken)):
        token = entry.get(field_name)
        if isinstance(token, str) and token:
            if not _TOKEN.fullmatch(token):
                raise broken_config(str(path), f"“{field_name}” of {host} is not a token")
            return kind(token, str(path))
    username, password = entry.get("username"), entry.get("password")
    auth = entry.get("auth")
    if isinstance(auth, str) and auth:
        try:
            pair = base64.b64decode(auth, validate=True).decode()
        except (binascii.Error, ValueError):
            raise broken_config(str(path), f"“auth” of {host} is not base64") from None
        username, colon, password = pair.partition(":")
        if not colon:
            raise broken_config(str(path), f"“auth” of {host} is not user:password")
    if isinstance(username, str) and isinstance(password, str) and username:
        if not is_text(username + password):
            raise broken_config(str(path), f"the login of {host} is not text")
        return Basic(username, password.rstrip("\0"), str(path))
    return None


def broken_config(on: str, reason: str) -> SettingsError:
    """Return the error of a file of logins that is not in the format."""
    return SettingsError(
        "The file of registry logins is broken",
        on=on,
        said=reason,
        todo="Mend or remove it, then log in again with `philotes-tui login`.",
    )
