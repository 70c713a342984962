"""Which signatures a digest had: kept apart for each repository, and useless when damaged."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from philotes_tui.cache.signatures import FoundSignatures, ReadSignatures, SignatureCache
from philotes_tui.releases import Signature
from philotes_tui.releases.details import Unread

NAME = "oci://127.0.0.1:5000/charts/philotes"
DIGEST = "sha256:" + "0" * 64
FOUND = FoundSignatures((Signature("cosign", "", "a.sig"), Signature("sigstore", DIGEST)), 12.5)
READ = ReadSignatures((DIGEST, "sha256:" + "1" * 64), 13.5)


def entry(folder: Path) -> Path:
    """The one entry that there is."""
    (found,) = [path for path in (folder / "signatures").glob("*/*") if path.is_file()]
    return found


def write(path: Path, **changed: object) -> None:
    """Change an entry as whoever knows its form could."""
    document = {**json.loads(path.read_bytes().partition(b"\n")[2]), **changed}
    body = json.dumps(document).encode()
    path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def test_both_are_kept_for_others_to_find(tmp_path: Path) -> None:
    cache = SignatureCache(tmp_path)
    assert cache.found(NAME, DIGEST) is None
    assert cache.keep(NAME, DIGEST, FOUND)
    assert cache.read(NAME, DIGEST) is None
    assert cache.keep(NAME, DIGEST, READ)
    other = SignatureCache(tmp_path)
    assert (other.found(NAME, DIGEST), other.read(NAME, DIGEST)) == (FOUND, READ)
    assert other.found(f"{NAME}-other", DIGEST) is None
    assert other.found(NAME, READ.manifests[1]) is None
    assert (tmp_path / "signatures").stat().st_mode & 0o077 == 0


def test_what_was_not_read_is_kept_beside_what_was(tmp_path: Path) -> None:
    cache = SignatureCache(tmp_path)
    for unread in (Unread("it is too large", gone=True), Unread(attested=True, notation=True)):
        cache.keep(NAME, DIGEST, replace(READ, unread=unread))
        kept = cache.read(NAME, DIGEST)
        assert kept is not None
        assert kept.unread == unread


@pytest.mark.parametrize("unread", [{"other": True}, [], "text", None, {"why": 7}, {"gone": "x"}])
def test_what_was_not_read_in_another_form_is_as_good_as_nothing(
    tmp_path: Path, unread: object
) -> None:
    cache = SignatureCache(tmp_path)
    cache.keep(NAME, DIGEST, READ)
    write(entry(tmp_path), unread=unread)
    assert cache.read(NAME, DIGEST) is None


def test_what_is_newer_takes_the_place_of_the_older(tmp_path: Path) -> None:
    cache = SignatureCache(tmp_path)
    cache.keep(NAME, DIGEST, FOUND)
    cache.keep(NAME, DIGEST, FoundSignatures((), 14.0))
    assert cache.found(NAME, DIGEST) == FoundSignatures((), 14.0)


@pytest.mark.parametrize("cut", [0, 10, 70, -1])
def test_what_is_damaged_is_absent_and_removed(tmp_path: Path, cut: int) -> None:
    cache = SignatureCache(tmp_path)
    cache.keep(NAME, DIGEST, READ)
    path = entry(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    assert cache.read(NAME, DIGEST) is None
    assert not path.exists()


@pytest.mark.parametrize(
    "changed",
    [{"read": None}, {"read": [1]}, {"seen_at": "x"}, {"format": 0}, {"of": "else"}],
)
def test_what_has_another_shape_is_absent(tmp_path: Path, changed: dict[str, object]) -> None:
    cache = SignatureCache(tmp_path)
    cache.keep(NAME, DIGEST, READ)
    write(entry(tmp_path), **changed)
    assert cache.read(NAME, DIGEST) is None


@pytest.mark.parametrize("found", [[1], [{}], [{"kind": 1}], None])
def test_signatures_of_another_shape_are_absent(tmp_path: Path, found: object) -> None:
    cache = SignatureCache(tmp_path)
    cache.keep(NAME, DIGEST, FOUND)
    write(entry(tmp_path), found=found)
    assert cache.found(NAME, DIGEST) is None
