"""Reading tar so that it means here what it means to Helm. Pure.

Helm reads charts with Go's archive/tar, Python's `tarfile` in another way: it lets global
headers rename the files after them, takes the first of two headers of one file where Go takes
the last, takes a broken header for the end of the archive, and calls itself for each header
before a file. So only a header's fields are read by it, and whatever the two could take for
different files is refused (go.dev/src/archive/tar/reader.go;
helm/helm:pkg/chart/loader/archive/archive.go).
"""

import tarfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from philotes_tui.registry.limits import MIB

_BLOCK = 512
_LARGEST_HEADER = MIB  # Go's bound of what stands before a file
_MAGIC = slice(257, 263)
_POSIX = b"ustar\0"
_PREFIX = slice(345, 500)
_STAR = b"tar\0"  # at the end of a header whose prefix is shorter
_REGULAR = 0o100000
_BEFORE_A_FILE = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME})
_LONGEST_NUMBER = 18
_SPARSE = "GNU.sparse."
_ALTERING = frozenset({"path", "linkpath", "size", "hdrcharset", "SCHILY.realsize"})
"""Records that change which file is meant or how long it is, where they speak of all files.

Others change nothing that is read here: the time of a reproducible build, the commit of
`git archive`.
"""
_STEP = 64 * 1024


class TarReader:
    """The members of an archive, one after another.

    Args:
        stream: The archive, unpacked.
        take_record: Called for each record of an extended header, and refuses one too many by
            an error of its own.
    """

    def __init__(self, stream: BinaryIO, take_record: Callable[[], None]) -> None:
        self._stream = stream
        self._take_record = take_record

    def members(self) -> Iterator[tarfile.TarInfo]:
        """Yield each member; its content, where it has any, is to be read before the next.

        Raises:
            tarfile.TarError: It is damaged, or could be read in another way.
            EOFError: It ends in the middle.
        """
        told: dict[str, bytes] | None = None
        while block := self._header():
            member = _member(block)
            if member.type not in _BEFORE_A_FILE:
                yield _named(member, told or {})
                told = None
                continue
            if told is not None:
                raise tarfile.ReadError("several headers stand before one file")
            if member.size > _LARGEST_HEADER:
                raise tarfile.ReadError("a header is far too long")
            told = self._told(member)
        if told is not None:
            raise EOFError("a header is all that is left of a file")

    def read(self, size: int) -> bytes:
        """Return the content of the last member.

        Args:
            size: Its bytes.

        Raises:
            EOFError: It ends before.
        """
        padded = -(-size // _BLOCK) * _BLOCK
        content = self._stream.read(padded)
        if len(content) != padded:
            raise EOFError("it ends in the middle of a file")
        return content[:size]

    def _told(self, member: tarfile.TarInfo) -> dict[str, bytes] | None:
        """Return what a header says of the file after it; None where it says nothing of that."""
        content = self.read(member.size)
        if member.type == tarfile.GNUTYPE_LONGNAME:
            return {"path": content.partition(b"\0")[0]}
        records: dict[str, bytes] = {}
        for key, value in _records(content):  # the last of several with one key counts
            self._take_record()
            records[key] = value
        if member.type == tarfile.XHDTYPE:
            return records
        # Helm passes over such headers; others obey them.
        if any(key in _ALTERING or key.startswith(_SPARSE) for key in records):
            raise tarfile.ReadError("a header speaks of all files after it")
        return None

    def _header(self) -> bytes:
        """Return the next header, or nothing at the end."""
        block = self._stream.read(_BLOCK)
        if any(block) or not block:
            return block
        while rest := self._stream.read(_STEP):
            if rest.strip(b"\0"):
                raise tarfile.ReadError("something follows its end")
        return b""


def _member(block: bytes) -> tarfile.TarInfo:
    """Return what a header says, where Go reads the same in it."""
    member = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    posix = block[_MAGIC] == _POSIX and not block.endswith(_STAR)
    if any(block[_PREFIX]) and not posix:
        raise tarfile.ReadError("a name can be read in two ways")
    if member.size < 0:
        raise tarfile.ReadError("a file has less than no content")
    return member


def _named(member: tarfile.TarInfo, told: dict[str, bytes]) -> tarfile.TarInfo:
    """Return a member with the name and size that a header before it gives."""
    if any(key.startswith(_SPARSE) for key in told):
        raise tarfile.ReadError("a file is stored in pieces")
    if path := told.get("path"):
        member.name = path.decode("utf-8", "surrogateescape")
    if size := told.get("size"):
        if not size.isdigit() or len(size) > _LONGEST_NUMBER:
            raise tarfile.ReadError("a size is no number")
        member.size = int(size)
    # To Go, these bits make a folder of a file, and so does a slash in the oldest format.
    kind = member.mode & ~0o7777
    if member.isreg() and (kind not in {0, _REGULAR} or member.name.endswith("/")):
        raise tarfile.ReadError("a file can be taken for a folder")
    if member.isdir() and member.size:
        raise tarfile.ReadError("a folder has content")
    return member


def _records(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the records of an extended header, `<length> <key>=<value>` and a line feed each.

    See pubs.opengroup.org/onlinepubs/9699919799, pax.
    """
    at = 0
    while at < len(content):
        blank = content.find(b" ", at, at + 8)
        length = content[at:blank] if blank > at else b""
        end = at + int(length) if length.isdigit() else at
        key, equals, value = content[blank + 1 : end].partition(b"=")
        if end <= at or end > len(content) or not key or not equals or value[-1:] != b"\n":
            raise tarfile.ReadError("an extended header is damaged")
        yield key.decode("utf-8", "replace"), value[:-1]
        at = end
