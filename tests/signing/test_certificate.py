"""Whom a certificate names, read without trusting it."""

import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.verification.certificate import Identity, identity_of
from tests.signing.certificates import ISSUER, OLD_ISSUER, made_out

WORKFLOW = "https://example.test/org/charts/.github/workflows/release.yml@refs/tags/v1.0.0"
OPENID = "https://token.example.test"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"URI:{WORKFLOW}", WORKFLOW),
        ("email:person@example.test", "person@example.test"),
        ("DNS:builder.example.test", "builder.example.test"),
        ("otherName:1.3.6.1.4.1.57264.1.7;UTF8:robot", "robot"),
    ],
)
def test_name_and_issuer_are_read(tmp_path: Path, name: str, shown: str) -> None:
    pem = made_out(tmp_path, name, f"{ISSUER}{OPENID}")
    assert identity_of(ssl.PEM_cert_to_DER_cert(pem)) == Identity(shown, OPENID)


def test_the_issuer_is_read_in_its_older_form(tmp_path: Path) -> None:
    pem = made_out(tmp_path, "email:a@example.test", f"{OLD_ISSUER}{OPENID.encode().hex()}")
    assert identity_of(ssl.PEM_cert_to_DER_cert(pem)) == Identity("a@example.test", OPENID)


def test_a_certificate_with_several_names_names_nobody(tmp_path: Path) -> None:
    pem = made_out(tmp_path, "email:a@example.test,email:b@example.test", f"{ISSUER}{OPENID}")
    assert identity_of(ssl.PEM_cert_to_DER_cert(pem)) is None


def test_a_certificate_cut_anywhere_names_nobody_and_raises_nothing(tmp_path: Path) -> None:
    whole = ssl.PEM_cert_to_DER_cert(made_out(tmp_path, f"URI:{WORKFLOW}", f"{ISSUER}{OPENID}"))
    assert all(identity_of(whole[:end]) is None for end in range(len(whole)))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    found = identity_of(content)
    assert found is None or isinstance(found, Identity)
