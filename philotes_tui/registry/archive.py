"""Reading a packaged chart without trusting it. Pure: bytes in, values out.

What is refused here is what an archive can do to whoever unpacks it: grow without end, name
places outside its folder, link to them, or mean two things at once. Nothing is ever unpacked
to disk. Bounds are Helm's where it has them (helm/helm:pkg/chart/loader/archive/archive.go).
"""

import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from philotes_tui.errors import RegistryError
from philotes_tui.foreign import clean_line
from philotes_tui.registry.chart_content import Files, chart_content
from philotes_tui.registry.limits import MIB
from philotes_tui.registry.tar import TarReader
from philotes_tui.releases import ChartContent

_GZIP = b"\x1f\x8b"
_STEP = 64 * 1024
_DRIVE = re.compile(r"[A-Za-z]:")
_LONGEST_PATH = 1024
_DEEPEST_PATH = 40


@dataclass(frozen=True)
class ArchiveLimits:
    """Bounds of one chart archive, subcharts packed into it included.

    Attributes:
        total: Bytes of all of it, unpacked.
        file: Bytes of one file.
        files: How many there are.
        records: How many records their extended headers hold, which cost far more than bytes.
        depth: How many archives may stand within one another.
    """

    total: int = 100 * MIB
    file: int = 5 * MIB
    files: int = 10_000
    records: int = 200_000
    depth: int = 5


@dataclass
class _Budget:
    """What is left of the limits, shared by an archive and those within it."""

    limits: ArchiveLimits
    on: str
    total: int = 0
    files: int = 0
    records: int = 0
    deep: int = field(default=0)

    def take_bytes(self, number: int) -> None:
        self.total += number
        if self.total > self.limits.total:
            raise self.refused(f"it unpacks to more than {self.limits.total / MIB:g} MiB")

    def take_file(self, size: int, path: str) -> None:
        self.files += 1
        if self.files > self.limits.files:
            raise self.refused(f"it holds more than {self.limits.files} files")
        if size > self.limits.file:
            raise self.refused(f"“{path}” has more than {self.limits.file / MIB:g} MiB")

    def take_record(self) -> None:
        self.records += 1
        if self.records > self.limits.records:
            raise self.refused(f"its headers hold more than {self.limits.records} records")

    def refused(self, said: str) -> RegistryError:
        return RegistryError(
            "The chart archive cannot be read safely",
            on=self.on,
            said=said,
            todo="Package it again with `helm package`, and publish that.",
        )


def read_chart(
    archive: bytes, *, on: str = "", limits: ArchiveLimits | None = None
) -> ChartContent:
    """Return what is in a packaged chart.

    Args:
        archive: The bytes of the `.tgz`.
        on: What the errors name.
        limits: What is refused as too much.

    Raises:
        RegistryError: It is broken, is not a chart, or is not safe to read.
    """
    budget = _Budget(limits or ArchiveLimits(), on)
    return chart_content(read_files(archive, on=on, budget=budget), on=on)


def read_files(
    archive: bytes,
    *,
    on: str = "",
    limits: ArchiveLimits | None = None,
    budget: _Budget | None = None,
) -> Files:
    """Return each file of a packaged chart by its path in the chart's folder.

    Archives of subcharts in `charts/` are read as well, as if they were folders.

    Args:
        archive: The bytes of the `.tgz`.
        on: What the errors name.
        limits: What is refused as too much.
        budget: What is left of the limits; None starts anew.

    Raises:
        RegistryError: It is broken or not safe to read.
    """
    budget = budget or _Budget(limits or ArchiveLimits(), on)
    if not archive.startswith(_GZIP):
        raise budget.refused("it is not a gzip archive")
    stream = _Unzipped(archive, budget)
    files: dict[str, bytes] = {}
    folder = ""
    tar = TarReader(io.BufferedReader(stream, _STEP), budget.take_record)
    try:
        for path, content in _members(tar, budget):
            top, _, rest = path.partition("/")
            if not rest:
                raise budget.refused(f"“{path}” does not stand in the chart's folder")
            if folder and top != folder:
                raise budget.refused(f"it holds two folders, “{folder}” and “{top}”")
            folder = top
            _add(files, rest, content, budget)
        stream.drain()
    except (tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError) as error:
        raise budget.refused(f"it is damaged: {clean_line(str(error), 100)}") from error
    return _with_subcharts(files, budget)


def _members(tar: TarReader, budget: _Budget) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each regular file."""
    for member in tar.members():
        path = _safe_path(member.name, budget)
        if member.isdir():
            budget.take_file(0, path)
            continue
        if not member.isreg() or member.issparse():
            raise budget.refused(f"“{path}” is a {_kind(member)}, not a file")
        budget.take_file(member.size, path)
        yield path, tar.read(member.size)


def _kind(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "link"
    return "device or pipe" if member.isdev() else "member of an unknown kind"


def _safe_path(name: str, budget: _Budget) -> str:
    """Return the path of a member, checked.

    Backslashes count as slashes, as in Helm, so that an archive means the same everywhere; of
    a name with both, Helm takes the slashes for a part of the folder's name.
    """
    shown = clean_line(name.encode("utf-8", "replace").decode("utf-8", "replace"), 100)
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise budget.refused(f"the name “{shown}” is not UTF-8") from None
    if not name.isprintable() or len(name) > _LONGEST_PATH:
        raise budget.refused(f"the name “{shown}” is too long, or holds control characters")
    path = name.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path):
        raise budget.refused(f"“{shown}” is an absolute path")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise budget.refused(f"“{shown}” leads out of the chart's folder")
    if not parts or len(parts) > _DEEPEST_PATH:
        raise budget.refused(f"“{shown}” is no path of a file")
    if _DRIVE.match(parts[min(1, len(parts) - 1)]):
        raise budget.refused(f"“{shown}” is an absolute path in the chart's folder")
    if {"\\", "/"} <= set(name):
        raise budget.refused(f"“{shown}” holds both slashes and backslashes")
    if path.startswith("./"):  # whose folder is the dot to Helm
        raise budget.refused(f"“{shown}” does not begin with the chart's folder")
    return "/".join(parts)


def _add(files: dict[str, bytes], path: str, content: bytes, budget: _Budget) -> None:
    if path in files:
        raise budget.refused(f"it holds “{path}” twice")
    files[path] = content


def _with_subcharts(files: dict[str, bytes], budget: _Budget) -> Files:
    """Return the files with those of packed subcharts below `charts/<file name>/`."""
    found: dict[str, bytes] = {}
    for path, content in files.items():
        if not _is_packed_subchart(path):
            _add(found, path, content, budget)
            continue
        if budget.deep >= budget.limits.depth:
            raise budget.refused("it holds archives in archives in archives")
        budget.deep += 1
        for inner, text in read_files(content, budget=budget).items():
            _add(found, f"{path}/{inner}", text, budget)
        budget.deep -= 1
    return found


def _is_packed_subchart(path: str) -> bool:
    """Whether a file is a subchart, as `helm dependency build` puts it there."""
    folder, _, name = path.rpartition("/")
    within = folder == "charts" or folder.endswith("/charts")
    return within and name.endswith(".tgz") and not name.startswith(("_", "."))


class _Unzipped(io.RawIOBase):
    """The content of a gzip archive, unpacked as it is read and never beyond the budget."""

    def __init__(self, packed: bytes, budget: _Budget) -> None:
        super().__init__()
        self._packed = memoryview(packed)
        self._waiting = b""
        self._budget = budget
        self._unzip = zlib.decompressobj(wbits=31)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fill the buffer with what comes next."""
        piece = b""
        while not piece and not self._unzip.eof:
            waiting = self._waiting or bytes(self._packed[:_STEP])
            if not self._waiting:
                self._packed = self._packed[_STEP:]
            piece = self._unzip.decompress(waiting, len(buffer))
            self._waiting = self._unzip.unconsumed_tail
            if not waiting and not piece and not self._unzip.eof:
                raise EOFError("it ends in the middle")
        self._budget.take_bytes(len(piece))
        buffer[: len(piece)] = piece
        return len(piece)

    def drain(self) -> None:
        """Read to the end, so that the checksum there is compared; nothing may follow it."""
        while self.read(_STEP):
            pass
        if self._unzip.unused_data.strip(b"\0") or bytes(self._packed).strip(b"\0"):
            raise EOFError("something follows its end")
