"""Whether bytes are signed with a key: asked of cosign, or of openssl where that is not there."""

import base64
import hashlib
import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from philotes_tui.errors import SettingsError, ToolUnfit
from philotes_tui.foreign import clean_line

_PATIENCE = 30.0
_LARGEST_KEY = 64 * 1024
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END PUBLIC KEY-----")
_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
# Without a root of trust of one's own, cosign asks the public one even where a key is given.
_ROOT = json.dumps({"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"})
_REFUSED = "could not verify message"
"""What cosign says where it could use the key, whatever is wrong with the signature
(sigstore/sigstore-go:pkg/verify/signature.go)."""
_FOR_OPENSSL = (bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("06072a8648ce3d0201"))
"""RSA and elliptic curves, as the head of a key names them (RFC 3279, section 2.3)."""
_HEAD = 32


@dataclass(frozen=True)
class KeyChecker:
    """A public key and a program that checks with it.

    Attributes:
        key: The PEM file, which is not read again: it may be a pipe, or change meanwhile.
        pem: The public key that stood in it.
        fingerprint: SHA-256 of the key itself, in base64; sigstore bundles name it so.
        program: Where the program is.
        is_cosign: Whether it is cosign, else openssl.
    """

    key: Path
    pem: str
    fingerprint: str
    program: Path
    is_cosign: bool

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature over a message was made with the private part of the key.

        Raises:
            SettingsError: Cosign cannot use the key.
            ToolUnfit: The program does not run.
        """
        with tempfile.TemporaryDirectory(prefix="philotes-verify-") as name:
            folder = Path(name)
            (folder / "message").write_bytes(message)
            (folder / "key.pem").write_text(self.pem)
            arguments = _with_cosign if self.is_cosign else _with_openssl
            code, said = self._run(arguments(folder, message, signature), folder)
        if code != 0 and self.is_cosign and _REFUSED not in said:
            raise self._unfit(said)
        return code == 0

    def check_key(self) -> None:
        """Make sure that openssl can use the key: of a signature it does not tell why it refuses.

        Raises:
            SettingsError: It cannot.
            ToolUnfit: It does not run.
        """
        if self.is_cosign:
            return
        with tempfile.TemporaryDirectory(prefix="philotes-verify-") as name:
            (Path(name) / "key.pem").write_text(self.pem)
            arguments = ["pkey", "-pubin", "-noout", "-in", "key.pem"]
            code, said = self._run(arguments, Path(name))
        if code != 0:
            raise self._unfit(said)

    def _unfit(self, said: str) -> SettingsError:
        return SettingsError(
            f"{self.program.name} cannot check with this key",
            on=str(self.key),
            said=clean_line(said, 300),
            todo="Name the public key that `cosign generate-key-pair` wrote, cosign.pub.",
        )

    def _run(self, arguments: list[str], folder: Path) -> tuple[int, str]:
        try:
            done = subprocess.run(
                [self.program, *arguments],
                cwd=folder,
                env={"HOME": str(folder), "PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolUnfit(
                f"{self.program.name} could not check the signature",
                on=str(self.program),
                said=getattr(error, "strerror", "") or f"it took more than {_PATIENCE:g} seconds",
                todo="Try it by hand, or install cosign.",
            ) from error
        return done.returncode, done.stdout


def key_checker(key: Path, cosign: Path | None, openssl: Path | None) -> KeyChecker | None:
    """Return what checks with a key; None where there is neither program.

    Args:
        key: A PEM file with a public key.
        cosign: The program, if it is there.
        openssl: The same.

    Raises:
        SettingsError: The file is not a public key, or none that openssl can check with.
        ToolUnfit: Openssl does not run.
    """
    try:
        with key.open("rb") as file:
            pem = _PEM.search(file.read(_LARGEST_KEY).decode("ascii", "replace"))
    except OSError as error:
        raise _unusable(key, error.strerror or "it cannot be read") from error
    if pem is None:
        raise _unusable(key, "it holds no public key in PEM form")
    try:
        content = base64.b64decode("".join(pem[1].split()), validate=True)
    except ValueError as error:
        raise _unusable(key, "its base64 is damaged") from error
    fingerprint = base64.b64encode(hashlib.sha256(content).digest()).decode()
    program = cosign or openssl
    if program is None:
        return None
    if cosign is None and not any(kind in content[:_HEAD] for kind in _FOR_OPENSSL):
        raise _unusable(key, "openssl checks with RSA and elliptic curves alone; cosign 3 with all")
    checker = KeyChecker(key, pem[0], fingerprint, program, cosign is not None)
    checker.check_key()
    return checker


def _with_cosign(folder: Path, message: bytes, signature: bytes) -> list[str]:
    """Return cosign's arguments: the signature in a bundle, no transparency log, no network."""
    digest = base64.b64encode(hashlib.sha256(message).digest()).decode()
    bundle = {
        "mediaType": _BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": ""}},
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": digest},
            "signature": base64.b64encode(signature).decode(),
        },
    }
    (folder / "bundle.json").write_text(json.dumps(bundle))
    (folder / "root.json").write_text(_ROOT)
    return [
        *("verify-blob", "--key", "key.pem", "--bundle", "bundle.json"),
        *("--insecure-ignore-tlog", "--trusted-root", "root.json", "message"),
    ]


def _with_openssl(folder: Path, message: bytes, signature: bytes) -> list[str]:
    del message
    (folder / "signature").write_bytes(signature)
    return ["dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message"]


def _unusable(key: Path, said: str) -> SettingsError:
    return SettingsError(
        "The key cannot be used",
        on=str(key),
        said=said,
        todo="Name a public key in PEM form, such as the cosign.pub of `cosign generate-key-pair`.",
    )
