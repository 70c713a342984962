"""A chart's provenance file, checked by helm (helm.sh/docs/topics/provenance)."""

import base64
import binascii
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from philotes_tui.errors import SettingsError, ToolUnfit
from philotes_tui.foreign import clean_line, clean_text
from philotes_tui.verification.finding import Finding, Result

KIND = "provenance"
_PATIENCE = 30.0
_LARGEST_KEYRING = 16 * 1024 * 1024
_PACKET = 0x80  # the highest bit of each OpenPGP packet's first byte (RFC 4880, section 4.2)
_ARMOUR = re.compile(
    rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]+:[^\n]*\n)*\r?\n"
    rb"([A-Za-z0-9+/=\r\n]+?)(?:\r?\n=[A-Za-z0-9+/]{4})?\r?\n-----END PGP PUBLIC KEY BLOCK-----"
)
_SIGNER = re.compile(r"^Signed by: *(.+)$", re.MULTILINE)
_FINGERPRINT = re.compile(r"^Using Key With Fingerprint: *([0-9A-Fa-f]+)$", re.MULTILINE)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,250}")


def default_keyring(environ: Mapping[str, str]) -> Path:
    """Return the keyring that Helm takes where none is named (helm/helm:pkg/cmd/package.go)."""
    home = environ.get("GNUPGHOME") or Path(environ.get("HOME") or Path.home(), ".gnupg")
    return Path(home, "pubring.gpg")


def check_provenance(
    helm: Path, archive: bytes, provenance: bytes, *, name: str, keyring: Path
) -> Finding:
    """Check a packaged chart against its provenance file.

    Args:
        helm: The program.
        archive: The package.
        provenance: The provenance file.
        name: The package's file name, which the provenance names.
        keyring: Public keys, binary as Helm reads them, or armoured.

    Raises:
        SettingsError: The keyring cannot be used.
        ToolUnfit: Helm does not run.
    """
    keys = public_keys(keyring)
    if not _FILE_NAME.fullmatch(name):
        return Finding(KIND, Result.BROKEN, said="the chart's name is not one of a file")
    with tempfile.TemporaryDirectory(prefix="philotes-verify-") as folder:
        place = Path(folder, name)
        place.write_bytes(archive)
        place.with_name(f"{name}.prov").write_bytes(provenance)
        ring = Path(folder, "keyring")
        ring.write_bytes(keys)
        code, said = _run_helm(helm, place, ring)
    if code == 0:
        signer, print_ = _SIGNER.search(said), _FINGERPRINT.search(said)
        names = (signer[1] if signer else "", f"key {print_[1]}" if print_ else "")
        return Finding(KIND, Result.VERIFIED, by=clean_line(", ".join(filter(None, names)), 200))
    return _failed(clean_line(said.removeprefix("Error: "), 400).replace(str(folder), "…"))


def _failed(said: str) -> Finding:
    """Return what helm's refusal means (ProtonMail/go-crypto:openpgp/errors)."""
    if "unknown entity" in said or "unknown issuer" in said:
        return Finding(
            KIND,
            Result.OTHER_SIGNER,
            said=said,
            todo="Name the keyring that holds the signer's key, if you trust it.",
        )
    return Finding(
        KIND, Result.BROKEN, said=said, todo="Do not deploy it; ask its publisher what happened."
    )


def _run_helm(helm: Path, package: Path, keyring: Path) -> tuple[int, str]:
    home = str(package.parent)
    try:
        done = subprocess.run(
            [helm, "verify", package, "--keyring", keyring],
            env={"HOME": home, "PATH": os.defpath, "HELM_PLUGINS": home},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolUnfit(
            "helm could not check the provenance",
            on=str(helm),
            said=getattr(error, "strerror", "") or f"it took longer than {_PATIENCE:g} seconds",
            todo="Run `philotes-tui doctor`.",
        ) from error
    return done.returncode, clean_text(done.stdout if done.returncode == 0 else done.stderr, 4_000)


def public_keys(keyring: Path) -> bytes:
    """Return a keyring in the binary form that Helm reads.

    Raises:
        SettingsError: It cannot be used.
    """
    try:
        with keyring.open("rb") as file:
            content = file.read(_LARGEST_KEYRING)
    except OSError as error:
        raise _unusable(keyring, error.strerror or "it cannot be read") from error
    if armoured := _ARMOUR.search(content):
        try:
            content = base64.b64decode(armoured[1])
        except binascii.Error as error:
            raise _unusable(keyring, "its armour is damaged") from error
    if not content or not content[0] & _PACKET:
        raise _unusable(keyring, "it holds no OpenPGP keys in a form that Helm reads")
    return content


def _unusable(keyring: Path, said: str) -> SettingsError:
    return SettingsError(
        "The keyring cannot be used",
        on=str(keyring),
        said=said,
        todo="Export the signer's public key with `gpg --export NAME > keyring.gpg`.",
    )
