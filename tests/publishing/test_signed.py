"""Packages signed with a PGP key: the provenance is published along, and verified."""

from pathlib import Path

import pytest

from tests.publishing.conftest import NAMES, Publisher
from tests.registry.conftest import OwnRegistry
from tests.signing.provenance import Keyrings

pytestmark = pytest.mark.real

PASSPHRASE = "three words here"


@pytest.fixture(scope="module")
def keys(pgp_keygen: Path, tmp_path_factory: pytest.TempPathFactory) -> Keyrings:
    folder = tmp_path_factory.mktemp("keys") / "ours"
    return Keyrings.make(pgp_keygen, folder, "Release", passphrase=PASSPHRASE)


def signing(keys: Keyrings) -> list[str]:
    return ["--sign-key", keys.name, "--keyring", str(keys.secret), "--passphrase-file", "-"]


def test_every_chart_is_signed_and_can_be_verified_on_the_way(
    publisher: Publisher, own_registry: OwnRegistry, keys: Keyrings
) -> None:
    ran = publisher("0.4.0", *signing(keys), stdin=f"{PASSPHRASE}\n")
    assert (ran.code, ran.errors) == (0, "")
    assert set(ran.states.values()) == {"pushed"}
    for name in NAMES:
        told = own_registry.run_helm(
            *("pull", f"{publisher.registry}/{name}", "--version", "0.4.0", "--plain-http"),
            *("--verify", "--keyring", str(keys.public)),
            *("--destination", str(publisher.folder)),
        )
        assert "Signed by: Release" in told
    again = publisher("0.4.0", *signing(keys), stdin=f"{PASSPHRASE}\n")
    assert set(again.states.values()) == {"already there"}
    assert again.digests == ran.digests


def test_a_wrong_passphrase_ends_it_before_anything_is_pushed(
    publisher: Publisher, keys: Keyrings, tmp_path: Path
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("not these words\n")
    options = [*signing(keys)[:-1], str(secret)]
    ran = publisher("0.4.0", *options)
    assert ran.code == 1
    assert "Helm could not package a chart" in ran.errors
    assert "not these words" not in ran.errors
    assert set(publisher("0.4.0", "--check").states.values()) == {"not published"}


def test_what_is_published_unsigned_is_not_taken_for_a_signed_release(
    publisher: Publisher, keys: Keyrings
) -> None:
    assert publisher("0.4.0").code == 0
    ran = publisher("0.4.0", *signing(keys), stdin=f"{PASSPHRASE}\n")
    assert ran.code == 5
    assert "it is published without a signature" in ran.errors


def test_a_key_without_its_keyring_is_wrong_usage(publisher: Publisher) -> None:
    ran = publisher("0.4.0", "--sign-key", "Release")
    assert ran.code == 3
    assert "Give both --sign-key and --keyring" in ran.errors
