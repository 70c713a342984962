"""Tar archives that others read in another way: refused, or read as helm reads them."""

import gzip
import io
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.errors import RegistryError
from philotes_tui.registry.archive import ArchiveLimits, read_files
from tests.conftest import at_hand

CHART = b"apiVersion: v2\nname: p\nversion: 1.2.3\n"
GOOD, OTHER = b"from: values\n", b"from: another\n"
END = bytes(1024)


def blocks(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE, mode: int = 0o644) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    # `tarfile` would leave out what a mode says of the kind of file.
    return changed(info.tobuf(tarfile.USTAR_FORMAT), 100, b"%07o\0" % mode)


def stored(name: str, content: bytes, kind: bytes = tarfile.REGTYPE, mode: int = 0o644) -> bytes:
    return header(name, len(content), kind, mode) + blocks(content)


def records(**said: str) -> bytes:
    """Return the records of an extended header."""
    whole = b""
    for key, value in said.items():
        record = f" {key}={value}\n".encode()
        length = len(record) + 1
        while len(str(length)) + len(record) != length:
            length = len(str(length)) + len(record)
        whole += str(length).encode() + record
    return whole


def extended(kind: bytes = tarfile.XHDTYPE, /, **said: str) -> bytes:
    return stored("pax", records(**said), kind)


def long_name(name: str) -> bytes:
    return stored("././@LongLink", name.encode() + b"\0", tarfile.GNUTYPE_LONGNAME)


def changed(block: bytes, place: int, content: bytes) -> bytes:
    """Return a header with other bytes at a place, and the checksum that fits them."""
    new = bytearray(block)
    new[place : place + len(content)] = content
    new[148:156] = b" " * 8
    new[148:156] = b"%06o\0 " % sum(new[:512])
    return bytes(new)


CHART_FILE = stored("p/Chart.yaml", CHART)
VALUES = stored("p/values.yaml", GOOD)
DOCS = stored("p/docs.md", OTHER)
GNU_MAGIC = b"ustar  \0"
PREFIXED = changed(changed(stored("values.yaml", OTHER), 345, b"p"), 257, GNU_MAGIC)

READ_IN_TWO_WAYS = {
    "a name for all that follows": extended(tarfile.XGLTYPE, path="p/docs.md") + VALUES,
    "a size for all that follows": extended(tarfile.XGLTYPE, size="3") + VALUES,
    "a link for all that follows": extended(tarfile.XGLTYPE, linkpath="p/docs.md") + VALUES,
    "a way to read names for all that follows": extended(tarfile.XGLTYPE, hdrcharset="BINARY")
    + VALUES,
    "all that follows in pieces": extended(tarfile.XGLTYPE, **{"GNU.sparse.major": "1"}) + VALUES,
    "another length for all that follows": extended(tarfile.XGLTYPE, **{"SCHILY.realsize": "3"})
    + VALUES,
    "two names before one file": extended(path="p/a.md") + extended(path="p/values.yaml") + DOCS,
    "two kinds of names before one file": extended(path="p/a.md")
    + long_name("p/values.yaml")
    + DOCS,
    "a name before one for all": extended(path="p/a.md")
    + extended(tarfile.XGLTYPE, comment="x")
    + VALUES,
    "a prefix in another format": PREFIXED,
    "a prefix that is cut": changed(stored("values.yaml", OTHER), 345, b"p")[:508]
    + b"tar\0"
    + blocks(OTHER),
    "a file whose mode is that of a folder": stored("p/values.yaml", OTHER, mode=0o40644),
    "a file whose name ends like a folder's": extended(path="p/values.yaml/") + DOCS,
    "a folder with content": stored("p/values.yaml", OTHER, tarfile.DIRTYPE),
    "a file in pieces": extended(**{"GNU.sparse.name": "p/values.yaml", "GNU.sparse.size": "3"})
    + DOCS,
    "slashes both ways": stored("p/sub\\values.yaml", OTHER),
    "a folder called dot": stored("./p/values.yaml", OTHER),
    "no content at all": changed(header("p/values.yaml", 0), 124, b"\xff" * 12),
    "a broken header in the middle": bytes([VALUES[0] ^ 1]) + VALUES[1:] + DOCS,
    "files after the end": bytes(512) + VALUES,
    "records that are cut": stored("pax", b"99 path=p/values.yaml\n", tarfile.XHDTYPE) + DOCS,
    "records without length": stored("pax", b"path=p/values.yaml\n", tarfile.XHDTYPE) + DOCS,
    "a size that is none": extended(size="-3") + VALUES,
    "a header and no file": extended(path="p/values.yaml"),
}


@pytest.mark.parametrize("how", READ_IN_TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_refused(how: str) -> None:
    archive = gzip.compress(CHART_FILE + READ_IN_TWO_WAYS[how] + END)
    with pytest.raises(RegistryError, match="cannot be read safely") as refused:
        read_files(archive, on="oci://h/a:1.2.3")
    assert "helm package" in refused.value.todo


READ_ALIKE = {
    "the commit that git archive writes": extended(tarfile.XGLTYPE, comment="0" * 40) + VALUES,
    "a time for all, as reproducible builds write it": extended(tarfile.XGLTYPE, mtime="0")
    + extended(tarfile.XGLTYPE, uname="root", gid="0")
    + VALUES,
    "a long name of GNU": long_name("p/values.yaml") + DOCS,
    "a long name of POSIX": extended(path="p/values.yaml") + DOCS,
    "a name without content keeps the file's": extended(path="", mtime="1.5") + VALUES,
    "the last of two records counts": stored(
        "pax", records(path="p/a.md") + records(path="p/values.yaml"), tarfile.XHDTYPE
    )
    + DOCS,
    "a size of its own": extended(size=str(len(GOOD)))
    + changed(header("p/values.yaml", 0), 124, b"00000000000\0")
    + blocks(GOOD),
    "the oldest format": changed(VALUES, 257, bytes(8)),
    "modes that name a file": stored("p/values.yaml", GOOD, mode=0o100644),
    "folders": header("p/templates/", 0, tarfile.DIRTYPE) + VALUES,
}


@pytest.mark.parametrize("how", READ_ALIKE)
def test_what_other_tools_pack_is_read(how: str) -> None:
    found = read_files(gzip.compress(CHART_FILE + READ_ALIKE[how] + END))
    assert found["Chart.yaml"] == CHART
    assert found["values.yaml"] in {GOOD, OTHER}


@pytest.mark.real
@pytest.mark.parametrize("how", READ_ALIKE)
def test_what_is_read_is_what_helm_reads(how: str, tmp_path: Path) -> None:
    archive = gzip.compress(CHART_FILE + READ_ALIKE[how] + END)
    (tmp_path / "p.tgz").write_bytes(archive)
    shown = subprocess.run(
        [at_hand(["helm"])["helm"].path, "show", "values", tmp_path / "p.tgz"],
        env={"HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert shown.stdout.strip() == read_files(archive)["values.yaml"].strip()


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_hundreds_of_headers_before_a_file_are_no_failure_of_ours(kind: bytes) -> None:
    archive = gzip.compress(CHART_FILE + extended(kind, path="p/a") * 2_000 + VALUES + END)
    with pytest.raises(RegistryError, match="cannot be read safely"):
        read_files(archive)


def test_a_header_without_end_takes_neither_time_nor_memory() -> None:
    small = b"5 a=\n" * 200_000
    begun = time.monotonic()
    archive = gzip.compress(stored("pax", small, tarfile.XHDTYPE) + CHART_FILE + END)
    assert set(read_files(archive)) == {"Chart.yaml"}
    large = gzip.compress(header("pax", 90_000_000, tarfile.XHDTYPE) + bytes(90_000_000))
    with pytest.raises(RegistryError, match="far too long"):
        read_files(large, limits=ArchiveLimits(total=100_000_000))
    assert time.monotonic() - begun < 5


def hostile(folder: str, headers: int) -> bytes:
    """Return an archive of full headers, each before a small file."""
    full = stored("pax", b"5 a=\n" * 200_000, tarfile.XHDTYPE)
    files = (full + stored(f"{folder}/{number}", b"") for number in range(headers))
    return gzip.compress(stored(f"{folder}/Chart.yaml", CHART) + b"".join(files) + END)


@pytest.mark.parametrize("nested", [False, True])
def test_headers_without_end_in_a_small_archive_take_little_time(*, nested: bool) -> None:
    subcharts = [stored(f"p/charts/{n}.tgz", hostile("s", 1)) for n in range(40)]
    archive = gzip.compress(CHART_FILE + b"".join(subcharts) + END) if nested else hostile("p", 40)
    begun = time.process_time()
    with pytest.raises(RegistryError, match="more than 200000 records"):
        read_files(archive)
    assert time.process_time() - begun < 4


def test_an_archive_that_ends_at_a_file_is_read_and_one_that_ends_in_it_is_not() -> None:
    assert set(read_files(gzip.compress(CHART_FILE))) == {"Chart.yaml"}
    with pytest.raises(RegistryError, match="ends in the middle"):
        read_files(gzip.compress(CHART_FILE[:-10]))


def packed(name: str, content: bytes, form: int) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz", format=form) as tar:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return whole.getvalue()


_PATH = st.from_regex(r"(?:[a-zé]{1,40}/){0,4}[a-zé][a-zé.]{0,120}", fullmatch=True)


@given(_PATH, st.binary(max_size=1500), st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_names_of_any_length_come_back_as_they_were_packed(
    path: str, content: bytes, form: int
) -> None:
    read: Callable[[bytes], object] = read_files
    assert read(packed(f"p/{path}", content, form)) == {path: content}
