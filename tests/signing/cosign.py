"""Signing and verifying with cosign and a local key pair, where no network is to be had."""

import json
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LEGACY = "--new-bundle-format=false"
"""Has a signature written as cosign did before version 3."""

# Without a root of trust of one's own, cosign asks the public one even where a key is given.
_ROOT = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}


@dataclass(frozen=True)
class KeyPair:
    """Two PEM files, the private one locked with the password of its `Cosign`."""

    private: Path
    public: Path


@dataclass(frozen=True)
class Cosign:
    """The program, in a home of its own.

    Attributes:
        program: Where it is.
        home: A folder for its files.
        proxy: Where whatever it asks outside of this machine is refused.
    """

    program: Path
    home: Path
    proxy: str
    _password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)

    def key_pair(self, name: str) -> KeyPair:
        """Make a key pair (cosign's `generate-key-pair`: ECDSA on P-256)."""
        done = self._run("generate-key-pair", "--output-key-prefix", name)
        assert done.returncode == 0, done.stderr
        return KeyPair(self.home / f"{name}.key", self.home / f"{name}.pub")

    def sign(self, reference: str, keys: KeyPair, *options: str) -> None:
        """Sign a manifest by digest and store the signature beside it in the registry."""
        done = self._run(
            *("sign", "--yes", "--key", str(keys.private)),
            # Both would ask Sigstore's servers.
            *("--tlog-upload=false", "--use-signing-config=false"),
            *("--allow-http-registry", *options, reference),
        )
        assert done.returncode == 0, done.stderr

    def verify(self, reference: str, keys: KeyPair) -> "subprocess.CompletedProcess[str]":
        """Ask whether a manifest is signed with a key; exit code 0 says that it is."""
        root = self.home / "trusted-root.json"
        root.write_text(json.dumps(_ROOT))
        return self._run(
            *("verify", "--key", str(keys.public), "--trusted-root", str(root)),
            *("--insecure-ignore-tlog", "--allow-http-registry", reference),
        )

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environ = {
            "HOME": str(self.home),
            "PATH": os.defpath,
            "COSIGN_PASSWORD": self._password,
            "HTTP_PROXY": self.proxy,
            "HTTPS_PROXY": self.proxy,
        }
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.home,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@contextmanager
def offline_cosign(program: Path, home: Path) -> Iterator[Cosign]:
    """Give a cosign that reaches loopback only; Go never takes a proxy for that."""
    with socket.socket() as refusing:
        refusing.bind(("127.0.0.1", 0))  # bound but not listening: each connection is refused
        yield Cosign(program, home, f"http://127.0.0.1:{refusing.getsockname()[1]}")
