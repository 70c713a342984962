"""An answer given again: the same command line, in the same surroundings, moments later.

A listing of versions that is asked for once more within half a minute, by a script for
instance, is the one before, with its age. Nothing is imported for that but what is needed to
find it: the command line itself takes longer to import than this takes altogether.
"""

import hashlib
import json
import os
import sys
import time
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from philotes_tui.cache.entries import EntryStore
from philotes_tui.folders import registry_cache

FRESH_FOR = 30.0
"""Seconds for which a listing is given again."""
COMMAND = "versions"
ASK_ANEW = "--fresh"
States: TypeAlias = dict[str, list[int] | None]
"""What tells each of some files from a later one of its name; None where there is none."""
_FORMAT = 2
_LIMIT = 16 * 1024 * 1024
_PASSING = frozenset({"_", "OLDPWD", "SHLVL"})
"""Variables that differ from one command of a shell to the next, and mean nothing here."""
_STARTED = time.time_ns()


class RecentAnswers:
    """Answers by command line, working folder and environment.

    Args:
        folder: The cache of registries.
        started: When this process began to read files, in nanoseconds since 1970.
    """

    def __init__(self, folder: Path, started: int = _STARTED) -> None:
        self._entries = EntryStore(folder / "answers", _LIMIT)
        self._started = started

    def recall(self, arguments: Sequence[str], now: float) -> tuple[str, bytes] | None:
        """Return what goes to stderr and to stdout, or None where it has to be asked for.

        That is so if it is older than `FRESH_FOR`, if a file that decides what is asked has
        changed, or if anybody listed the versions since.

        Args:
            arguments: The command line.
            now: In seconds since 1970.
        """
        content = self._entries.read(_name(arguments))
        if content is None:
            return None
        head, _, body = content.partition(b"\n")
        try:
            told = json.loads(head)
            age = now - told["at"]
            is_good = (
                0 <= age < FRESH_FOR
                and told["format"] == _FORMAT
                and told["checksum"] == zlib.crc32(body)
                and states(told["read"]) == told["read"]
                and Path(told["listed"]).read_text() == repr(told["at"])
            )
            notices = [str(notice) for notice in told["notices"]]
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        if not is_good:
            return None
        seen = f"As seen {int(age)} s ago; {ASK_ANEW} asks the registry again."
        return "\n".join([*notices, seen, ""]), body

    def keep(
        self,
        arguments: Sequence[str],
        body: bytes,
        *,
        at: float,
        listed: Path,
        notices: Iterable[str],
        read: States,
    ) -> None:
        """Keep an answer; not if a file that decided what was asked is younger than this process.

        Args:
            arguments: The command line.
            body: What went to stdout.
            at: When the registry was asked, in seconds since 1970.
            listed: The file that says when anybody last asked it.
            notices: The sentences that went to stderr with it.
            read: The files that decided what was asked, as they were before.
        """
        if any(state and max(state[2:]) >= self._started for state in read.values()):
            return
        head = {
            "format": _FORMAT,
            "at": at,
            "checksum": zlib.crc32(body),
            "listed": str(listed),
            "notices": list(notices),
            "read": read,
        }
        self._entries.write(_name(arguments), json.dumps(head).encode() + b"\n" + body)


def states(paths: Iterable[str | Path]) -> States:
    """Return what tells files from later ones of their names."""
    return {str(path): _state(path) for path in paths}


def answered_again(arguments: Sequence[str]) -> bool:
    """Print the answer to a command line once more, if there is a recent one.

    Raises:
        OSError: Standard output has no place for it.
    """
    if COMMAND not in arguments or ASK_ANEW in arguments:
        return False
    try:
        found = RecentAnswers(registry_cache()).recall(arguments, time.time())
    except Exception:  # noqa: BLE001 - whatever is wrong here, the command itself tells it best
        return False
    if found is None:
        return False
    sentences, body = found
    if not sys.stdout.isatty():
        sys.stderr.write(sentences)
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    if sys.stdout.isatty():  # above a long list it would have left the screen
        sys.stderr.write(sentences)
    return True


def _name(arguments: Sequence[str]) -> str:
    variables = sorted(item for item in os.environ.items() if item[0] not in _PASSING)
    words = [word for word in arguments if word != ASK_ANEW]
    asked = repr((_FORMAT, words, _folder(), sys.stdout.encoding, variables))
    return hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - a Path is of no use here
    except OSError:
        return ""


def _state(path: str | Path) -> list[int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - as above
    except OSError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
