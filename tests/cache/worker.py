"""A process that uses the cache beside others: `python -m tests.cache.worker PART FOLDER …`."""

import hashlib
import random
import signal
import sys
from pathlib import Path

from philotes_tui.cache import BlobCache, TagCache
from philotes_tui.cache.entries import EntryStore

NAMES = 40


def content_of(number: int) -> bytes:
    """Return the one content of a number, between 1 byte and 60 kB."""
    return random.Random(number).randbytes(1 + number * 1_500)  # noqa: S311 – the same each time


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def mix(folder: Path, seed: int, limit: int, rounds: int) -> None:
    """Write and read at random; print how many reads were of something that is not whole."""
    cache = BlobCache(folder, limit)
    raw = EntryStore(folder / "blobs", limit)
    chance = random.Random(seed)  # noqa: S311 – no secret
    torn = found = 0
    for _ in range(rounds):
        content = content_of(chance.randrange(NAMES))
        digest = digest_of(content)
        if chance.random() < 0.5:
            cache.put(digest, content)
            continue
        read = raw.read(digest.replace(":", "/"))
        found += read is not None
        torn += read is not None and read != content
    say(f"{torn} {found} {cache.notice}")


def fill(folder: Path, seed: int, rounds: int) -> None:
    """Write small blobs that nobody else writes."""
    cache = BlobCache(folder)
    for number in range(rounds):
        content = f"{seed} {number}".encode()
        cache.put(digest_of(content), content)
    say("done")


def add_digests(folder: Path, seed: int, rounds: int) -> None:
    """Add one digest after another to a listing that others add to as well."""
    cache = TagCache(folder)
    for number in range(rounds):
        cache.add_digests("oci://host/x", {f"{seed}.{number}.0": f"sha256:{seed}-{number}"})
    say("done")


def stop_while_writing(folder: Path) -> None:
    """Write an entry and wait for ever before it gets its name."""

    def wait(_: Path, __: Path) -> Path:
        say("writing")
        signal.pause()
        raise AssertionError

    Path.replace = wait  # type: ignore[assignment, method-assign]
    BlobCache(folder).put(digest_of(b"x" * 100_000), b"x" * 100_000)


def hold_lock(folder: Path) -> None:
    """Hold the lock for ever."""
    store = EntryStore(folder / "blobs", 1_000)
    store.write("sha256/a", b"")
    with store.locked(".usage"):
        say("held")
        signal.pause()


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), *map(int, sys.argv[3:]))
