"""Logins stored where Helm and the Kubernetes provider find them.

The format is Docker's (docker/cli:cli/config/configfile). Which place a login goes to
follows oras-project/oras-go:registry/remote/credentials, which Helm stores with.
"""

import base64
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from philotes_tui.errors import SettingsError, StateFolderError
from philotes_tui.registry.credential_helper import tell_helper
from philotes_tui.registry.credentials import (
    DOCKER_HUB,
    Basic,
    broken_config,
    helpers_for,
    host_of_key,
    key_of,
    read_config,
)


class LoginFile:
    """Helm's file of logins.

    Args:
        path: The file; it need not exist.
        patience: Seconds that a program which keeps logins may take.
    """

    def __init__(self, path: Path, patience: float = 10.0) -> None:
        self.path = path
        self._patience = patience

    async def store(self, host: str, login: Basic) -> str:
        """Keep a login in the place of an older one, and return where it is kept.

        It goes to the program that the file names for the host or for all, else into the
        file itself; where the file holds nothing yet, to the platform's own program if
        that is there, which the file then names.

        Raises:
            HelperFailed: That program cannot keep it.
            SettingsError: The file is broken, or the user name has a colon.
            StateFolderError: The file cannot be written.
        """
        if ":" in login.username:
            raise SettingsError(
                "A user name with a colon cannot be stored",
                on=str(self.path),
                todo="Log in with another name.",
            )
        config = dict(read_config(self.path))
        program, found = self._program(config, host)
        if program:
            secret = {
                "ServerURL": key_of(host),
                "Username": login.username,
                "Secret": login.password,
            }
            await self._tell(program, "store", json.dumps(secret))
            if found:
                self._save({**config, "credsStore": program})
            return f"docker-credential-{program}"
        pair = f"{login.username}:{login.password}".encode()
        entry = {"auth": base64.b64encode(pair).decode()}
        self._save({**config, "auths": {**self._auths(config), key_of(host): entry}})
        return str(self.path)

    async def remove(self, host: str) -> bool:
        """Forget the login of a host; return whether there was one.

        Raises:
            HelperFailed: The program that keeps it does not forget it.
            SettingsError: The file is broken.
            StateFolderError: The file cannot be written.
        """
        config = dict(read_config(self.path))
        auths = self._auths(config)
        program, found = self._program(config, host)
        removed = False
        if program and not found:
            removed = await self._tell(program, "erase", f"{key_of(host)}\n")
        left = {key: entry for key, entry in auths.items() if not _is_for(key, host)}
        if len(left) < len(auths):
            self._save({**config, "auths": left})
            removed = True
        return removed

    async def _tell(self, program: str, action: str, text: str) -> bool:
        return await tell_helper(program, action, text, on=str(self.path), within=self._patience)

    def _auths(self, config: Mapping[str, Any]) -> dict[str, Any]:
        auths = config.get("auths") or {}
        if not isinstance(auths, dict):
            raise broken_config(str(self.path), "“auths” is not an object")
        return auths

    def _program(self, config: Mapping[str, Any], host: str) -> tuple[str, bool]:
        """Return the program that keeps the login, and whether it was found, not named."""
        named = next(helpers_for(config, host, self.path), "")
        if named or config.get("credHelpers") or self._auths(config):
            return named, False
        native = _native()
        return native, bool(native)

    def _save(self, config: Mapping[str, Any]) -> None:
        """Write the file in one step, for its owner alone; a symbolic link stays one."""
        # In ASCII, because what the file holds already need not be text in any other encoding.
        text = json.dumps(config, indent="\t") + "\n"
        draft = ""
        try:
            place = Path(os.path.realpath(self.path))
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:  # mkstemp makes it 0600
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(draft).replace(place)
            draft = ""
        except OSError as error:
            raise StateFolderError(
                "The login cannot be stored",
                on=str(self.path),
                said=error.strerror or "",
                todo="Free some space or make the folder writable, then log in again.",
            ) from None
        finally:
            if draft:  # also where this is interrupted
                with contextlib.suppress(OSError):
                    Path(draft).unlink()


def _is_for(key: str, host: str) -> bool:
    """Whether a login under a key is for a host; older programs wrote a URL."""
    hosts = DOCKER_HUB if host in DOCKER_HUB else {host}
    return key == key_of(host) or host_of_key(key) in hosts


def _native() -> str:
    """Return the platform's own program, where it is there."""
    name = {"darwin": "osxkeychain", "win32": "wincred"}.get(sys.platform, "")
    name = name or ("pass" if shutil.which("pass") else "secretservice")
    return name if shutil.which(f"docker-credential-{name}") else ""
