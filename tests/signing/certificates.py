"""Certificates like those of Sigstore's authority, made by openssl."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ISSUER = "1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:"
OLD_ISSUER = "1.3.6.1.4.1.57264.1.1=DER:"


def made_out(folder: Path, name: str, *extensions: str) -> str:
    """Return a certificate in PEM form.

    Args:
        folder: For the files.
        name: The alternative name, as openssl writes it: `URI:…`, `email:…`.
        extensions: What else stands in it, as openssl writes it.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl on PATH")
    added = [word for each in extensions for word in ("-addext", each)]
    done = subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", str(folder / "unused.key"), "-subj", "/"),
            *("-addext", f"subjectAltName={name}", *added),
        ],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
