"""Blobs by digest: bounded, verified, private, and useless when damaged rather than harmful."""

import fcntl
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from philotes_tui.cache import BlobCache, entries
from tests.cache.conftest import Start
from tests.cache.worker import NAMES, content_of, digest_of

CONTENT = b'{"schemaVersion": 2}'
DIGEST = digest_of(CONTENT)


def path_of(folder: Path, digest: str = DIGEST) -> Path:
    return folder / "blobs" / digest.replace(":", "/")


def kept(folder: Path) -> list[Path]:
    return [p for p in (folder / "blobs").rglob("*") if p.is_file() and p.name[0] != "."]


def test_what_is_put_is_got_again_also_by_the_next_process(tmp_path: Path) -> None:
    assert BlobCache(tmp_path).get(DIGEST) is None
    assert BlobCache(tmp_path).put(DIGEST, CONTENT)
    assert BlobCache(tmp_path).get(DIGEST) == CONTENT
    assert path_of(tmp_path).read_bytes() == CONTENT


def test_sha512_and_the_empty_blob_are_kept_too(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path)
    long = (
        "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    )
    for digest in (long, digest_of(b"")):
        assert cache.put(digest, b"")
        assert cache.get(digest) == b""


@pytest.mark.parametrize(
    "digest",
    ["", "sha256:", "sha256:../../etc/passwd", "md5:" + "0" * 32, "sha256:" + "A" * 64, "../x"],
)
def test_what_is_no_digest_names_no_file(tmp_path: Path, digest: str) -> None:
    cache = BlobCache(tmp_path)
    assert not cache.put(digest, CONTENT)
    assert cache.get(digest) is None
    assert not list(tmp_path.rglob("*"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200), place=st.integers(0, 200), flip=st.integers(0, 255))
def test_any_damage_makes_an_entry_absent_and_removes_it(
    tmp_path: Path, content: bytes, place: int, flip: int
) -> None:
    cache = BlobCache(tmp_path)
    digest = digest_of(content)
    assert cache.put(digest, content)
    damaged = bytearray(content)
    if flip and place < len(content):
        damaged[place] ^= flip
    else:
        damaged = damaged[:place]
    path_of(tmp_path, digest).write_bytes(damaged)
    if bytes(damaged) == content:
        assert cache.get(digest) == content
        return
    assert cache.get(digest) is None
    assert not path_of(tmp_path, digest).exists()
    assert cache.put(digest, content)
    assert cache.get(digest) == content


def test_content_under_a_wrong_digest_is_never_given_out(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path)
    cache.put(DIGEST, b"something else")
    assert cache.get(DIGEST) is None


@pytest.mark.parametrize("place", ["folder", "pipe", "link", "dangling"])
def test_what_is_no_file_in_the_place_of_an_entry_is_absent(tmp_path: Path, place: str) -> None:
    cache = BlobCache(tmp_path)
    cache.put(DIGEST, CONTENT)
    path = path_of(tmp_path)
    path.unlink()
    (tmp_path / "elsewhere").write_bytes(CONTENT)
    if place == "folder":
        path.mkdir()
    elif place == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / ("elsewhere" if place == "link" else "nowhere"))
    assert cache.get(DIGEST) is None


def test_files_and_folders_are_for_the_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        BlobCache(tmp_path / "cache" / "registry").put(DIGEST, CONTENT)
    finally:
        os.umask(before)
    for path in (tmp_path / "cache" / "registry").rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert stat.S_IMODE((tmp_path / "cache" / "registry").stat().st_mode) == 0o700


def test_a_folder_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    BlobCache(tmp_path).put(DIGEST, CONTENT)
    (tmp_path / "blobs").chmod(0o755)
    assert BlobCache(tmp_path).get(DIGEST) == CONTENT
    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    BlobCache(tmp_path).put(DIGEST, CONTENT)
    os.chown(tmp_path / "blobs", 12345, 12345)
    cache = BlobCache(tmp_path)
    assert cache.get(DIGEST) is None
    assert not cache.put(DIGEST, CONTENT)
    assert "belongs to another user" in cache.notice


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 1_000)
    contents = [bytes([number]) * 100 for number in range(10)]
    for number, content in enumerate(contents):
        cache.put(digest_of(content), content)
        os.utime(path_of(tmp_path, digest_of(content)), (number, number))
    assert cache.get(digest_of(contents[0])) == contents[0]  # now the one used last
    cache.put(DIGEST, CONTENT)
    assert cache.get(DIGEST) == CONTENT
    assert cache.get(digest_of(contents[0])) == contents[0]
    assert [cache.get(digest_of(c)) is None for c in contents[1:]] == [True, True, *[False] * 7]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sizes=st.lists(st.integers(0, 120), max_size=40))
def test_no_writes_exceed_the_limit(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("bounded")
    cache = BlobCache(folder, 300)
    for number, size in enumerate(sizes):
        content = number.to_bytes(2, "big") + b"x" * size
        assert cache.put(digest_of(content), content)
        assert cache.get(digest_of(content)) == content
        assert sum(path.stat().st_size for path in kept(folder)) <= 300


def test_an_entry_larger_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, 10)
    assert not cache.put(DIGEST, CONTENT)
    assert cache.get(DIGEST) is None
    assert not cache.notice


@pytest.mark.parametrize("usage", ["", "what", "-3", "0" * 40, "9" * 20])
def test_a_damaged_count_is_made_again(tmp_path: Path, usage: str) -> None:
    cache = BlobCache(tmp_path, 1_000)
    cache.put(DIGEST, CONTENT)
    (tmp_path / "blobs" / ".usage").write_text(usage)
    for number in range(20):
        cache.put(digest_of(bytes([number]) * 100), bytes([number]) * 100)
    assert sum(path.stat().st_size for path in kept(tmp_path)) <= 1_000


def test_processes_at_once_never_read_half_of_anything(tmp_path: Path, start: Start) -> None:
    limit = sum(len(content_of(number)) for number in range(NAMES)) // 2
    workers = [start("mix", tmp_path, seed, limit, 400) for seed in range(4)]
    answers = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert [(torn, notice) for torn, _, *notice in answers] == [("0", [])] * 4
    assert all(int(found) > 20 for _, found, *_ in answers)
    total = sum(path.stat().st_size for path in kept(tmp_path))
    assert 0 < total <= limit
    assert int((tmp_path / "blobs" / ".usage").read_text()) == total
    cache = BlobCache(tmp_path, limit)
    whole = [n for n in range(NAMES) if cache.get(digest_of(content_of(n))) is not None]
    assert len(whole) == len(kept(tmp_path))


def test_what_processes_write_at_once_is_counted_to_the_byte(tmp_path: Path, start: Start) -> None:
    workers = [start("fill", tmp_path, seed, 300) for seed in range(3)]
    assert [worker.communicate(timeout=60)[0] for worker in workers] == ["done\n"] * 3
    assert len(kept(tmp_path)) == 900
    total = sum(path.stat().st_size for path in kept(tmp_path))
    assert int((tmp_path / "blobs" / ".usage").read_text()) == total


def test_a_writer_that_is_killed_leaves_nothing_harmful(tmp_path: Path, start: Start) -> None:
    content = b"x" * 100_000
    worker = start("stop_while_writing", tmp_path)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "writing\n"
    worker.kill()
    worker.wait()
    (left,) = (tmp_path / "blobs").glob(".partial-*")
    cache = BlobCache(tmp_path, 200_000)
    assert cache.get(digest_of(content)) is None
    assert cache.put(digest_of(content), content)
    assert cache.get(digest_of(content)) == content
    assert left.exists()  # it could be somebody's who is only slow
    os.utime(left, (0, 0))
    (tmp_path / "blobs" / ".usage").unlink()
    assert cache.put(DIGEST, CONTENT)
    assert not left.exists()
    assert cache.get(digest_of(content)) == content


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, start: Start) -> None:
    holder = start("hold_lock", tmp_path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with (tmp_path / "blobs" / ".usage").open("r+") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        holder.kill()
        holder.wait()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_lock_that_is_never_let_go_delays_but_does_not_stop(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "_PATIENCE", 0.02)
    holder = start("hold_lock", tmp_path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    cache = BlobCache(tmp_path)
    assert cache.put(DIGEST, CONTENT)
    assert cache.get(DIGEST) == CONTENT


def test_a_file_in_the_place_of_the_folder_is_told_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "registry").write_text("")
    cache = BlobCache(tmp_path / "registry")
    assert cache.get(DIGEST) is None
    assert not cache.put(DIGEST, CONTENT)
    assert str(tmp_path) in cache.notice
    assert "everything works without it" in cache.notice


def test_a_folder_that_is_removed_meanwhile_is_made_again(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "registry")
    cache.put(DIGEST, CONTENT)
    subprocess.run(["rm", "-r", tmp_path / "registry"], check=True)
    assert cache.get(DIGEST) is None
    cache.put(DIGEST, CONTENT)
    assert cache.put(DIGEST, CONTENT)
    assert cache.get(DIGEST) == CONTENT
    assert not cache.notice


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
        capture_output=True, check=False,
    ).returncode:  # fmt: skip
        pytest.skip("only root can make a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_what_is_there_stays_usable(small_disk: Path) -> None:
    cache = BlobCache(small_disk)
    assert cache.put(DIGEST, CONTENT)
    with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    assert not cache.put(digest_of(content_of(20)), content_of(20))
    assert "No space left on device" in cache.notice
    assert cache.get(DIGEST) == CONTENT
    assert not list((small_disk / "blobs").glob(".partial-*"))


def test_a_folder_that_is_read_only_is_read_and_told(small_disk: Path) -> None:
    BlobCache(small_disk).put(DIGEST, CONTENT)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    cache = BlobCache(small_disk)
    assert cache.get(DIGEST) == CONTENT
    assert not cache.notice
    assert not cache.put(digest_of(b"new"), b"new")
    assert "Read-only file system" in cache.notice
