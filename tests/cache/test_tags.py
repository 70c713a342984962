"""Listings of repositories: kept whole, one for each repository, and compared."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from philotes_tui.cache import TagCache
from philotes_tui.releases import CachedTags
from tests.cache.conftest import Start

REPOSITORY = "oci://ghcr.io/owner/charts/philotes"
SEEN = CachedTags(("0.1.0", "0.2.0"), 1_700_000_000.5, {"0.1.0": "sha256:aa"}, {"0.0.1": "x"})

tags = st.lists(st.text(max_size=12), max_size=6, unique=True)
digests = st.dictionaries(st.text(), st.text())


def the_file(folder: Path) -> Path:
    (file,) = (p for p in (folder / "tags").iterdir() if p.name[0] != ".")
    return file


def test_a_listing_comes_back_as_it_was(tmp_path: Path) -> None:
    assert TagCache(tmp_path).get(REPOSITORY) is None
    assert TagCache(tmp_path).put(REPOSITORY, SEEN)
    assert TagCache(tmp_path).get(REPOSITORY) == SEEN


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(listed=tags, at=st.floats(0, 1e12), digests=digests, vanished=digests)
def test_any_listing_comes_back(
    tmp_path: Path, listed: list[str], at: float, digests: dict[str, str], vanished: dict[str, str]
) -> None:
    seen = CachedTags(tuple(listed), at, digests, vanished)
    assert TagCache(tmp_path).put(REPOSITORY, seen)
    assert TagCache(tmp_path).get(REPOSITORY) == seen


@pytest.mark.parametrize(
    "other",
    [
        "oci://ghcr.io/owner/charts/philotes2",
        "oci://ghcr.io:8443/owner/charts/philotes",
        "oci://localhost/owner/charts/philotes",
        "",
    ],
)
def test_repositories_are_kept_apart(tmp_path: Path, other: str) -> None:
    cache = TagCache(tmp_path)
    cache.put(REPOSITORY, SEEN)
    assert cache.get(other) is None
    cache.put(other, CachedTags((), 1.0))
    assert cache.get(REPOSITORY) == SEEN
    the_name = (tmp_path / "tags").iterdir()
    assert all("ghcr" not in path.name for path in the_name)


def test_a_listing_in_the_place_of_another_is_not_taken_for_it(tmp_path: Path) -> None:
    cache = TagCache(tmp_path)
    cache.put("oci://host/other", CachedTags(("9.9.9",), 1.0))
    moved = the_file(tmp_path).read_bytes()
    cache.put("oci://host/other", SEEN)
    the_file(tmp_path).unlink()
    cache.put(REPOSITORY, SEEN)
    the_file(tmp_path).write_bytes(moved)
    assert cache.get(REPOSITORY) is None
    assert cache.put(REPOSITORY, SEEN)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 300), flip=st.integers(0, 255))
def test_a_damaged_listing_is_absent(tmp_path: Path, place: int, flip: int) -> None:
    cache = TagCache(tmp_path)
    cache.put(REPOSITORY, SEEN)
    file = the_file(tmp_path)
    content = bytearray(file.read_bytes())
    if flip and place < len(content):
        content[place] ^= flip
    else:
        content = content[:place]
    changed = bytes(content) != file.read_bytes()
    file.write_bytes(content)
    assert cache.get(REPOSITORY) == (None if changed else SEEN)
    assert file.exists() is not changed


@pytest.mark.parametrize(
    "change",
    [
        {"format": 3}, {"format": []},
        {"tags": "abc", "digests": []}, {"tags": [1]}, {"tags": None},
        {"seen_at": "now"}, {"digests": {"a": 1}}, {"vanished": None}, {"repository": 3},
    ],
)  # fmt: skip
def test_a_listing_of_another_form_is_absent(
    tmp_path: Path, change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = TagCache(tmp_path)
    dumps = json.dumps
    monkeypatch.setattr(json, "dumps", lambda document, **k: dumps({**document, **change}, **k))
    cache.put(REPOSITORY, SEEN)
    assert cache.get(REPOSITORY) is None


def test_the_bytes_of_all_listings_are_bounded(tmp_path: Path) -> None:
    cache = TagCache(tmp_path, 2_000)
    for number in range(50):
        cache.put(f"oci://host/{number}", SEEN)
    files = [p for p in (tmp_path / "tags").iterdir() if p.name[0] != "."]
    assert 0 < sum(p.stat().st_size for p in files) <= 2_000
    assert cache.get("oci://host/49") == SEEN
    assert cache.get("oci://host/0") is None


def test_a_new_listing_keeps_the_digests_of_tags_that_stay(tmp_path: Path) -> None:
    cache = TagCache(tmp_path)
    first = cache.record(REPOSITORY, ["a", "b"], 1.0)
    assert first == CachedTags(("a", "b"), 1.0, {})
    assert cache.add_digests(REPOSITORY, {"a": "sha256:1", "b": "sha256:2", "gone": "sha256:3"})
    second = cache.record(REPOSITORY, ["b", "c", "b"], 2.0)
    assert second == CachedTags(("b", "c"), 2.0, {"b": "sha256:2"}, {"a": "sha256:1"})
    assert cache.get(REPOSITORY) == second


def test_the_first_digest_of_a_tag_stays_whoever_adds_another(tmp_path: Path) -> None:
    cache = TagCache(tmp_path)
    assert not cache.add_first_digests(REPOSITORY, {"a": "sha256:1"})
    cache.record(REPOSITORY, ["a", "b"], 1.0)
    assert TagCache(tmp_path).add_first_digests(REPOSITORY, {"a": "sha256:1"})
    assert cache.add_first_digests(REPOSITORY, {"a": "sha256:2", "b": "sha256:3"})
    found = cache.get(REPOSITORY)
    assert found is not None
    assert found.digests == {"a": "sha256:1", "b": "sha256:3"}


def test_digests_without_a_listing_are_not_kept(tmp_path: Path) -> None:
    cache = TagCache(tmp_path)
    assert not cache.add_digests(REPOSITORY, {"a": "sha256:1"})
    assert cache.get(REPOSITORY) is None
    assert not cache.notice


def test_digests_that_processes_add_at_once_are_all_kept(tmp_path: Path, start: Start) -> None:
    cache = TagCache(tmp_path)
    everything = [f"{seed}.{number}.0" for seed in range(3) for number in range(40)]
    cache.record("oci://host/x", everything, 1.0)
    workers = [start("add_digests", tmp_path, seed, 40) for seed in range(3)]
    assert [worker.communicate(timeout=60)[0] for worker in workers] == ["done\n"] * 3
    found = cache.get("oci://host/x")
    assert found is not None
    assert sorted(found.digests) == sorted(everything)


def test_a_folder_that_cannot_be_made_only_leaves_a_notice(tmp_path: Path) -> None:
    (tmp_path / "registry").write_text("")
    cache = TagCache(tmp_path / "registry")
    assert cache.record(REPOSITORY, ["a"], 1.0) == CachedTags(("a",), 1.0, {})
    assert not cache.add_digests(REPOSITORY, {"a": "sha256:1"})
    assert cache.get(REPOSITORY) is None
    assert "cannot be written" in cache.notice


def test_a_listing_that_remembers_nothing_of_vanished_tags_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = TagCache(tmp_path)
    dumps = json.dumps

    def first_form(document: dict[str, object], **how: Any) -> str:
        del document["vanished"]
        return dumps({**document, "format": 1}, **how)

    with monkeypatch.context() as patched:
        patched.setattr(json, "dumps", first_form)
        cache.put(REPOSITORY, SEEN)
    assert cache.get(REPOSITORY) == replace(SEEN, vanished={})
