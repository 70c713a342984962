"""Official releases: fetched, held against the published SHA-256, unpacked into the cache."""

import hashlib
import os
import re
import stat
import tarfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from philotes_tui.errors import ToolBuildFailed
from philotes_tui.toolchain.cache import Cache, fresh_folder, system_and_arch
from philotes_tui.toolchain.process import Stopped
from philotes_tui.toolchain.tools import Release, Tool

if TYPE_CHECKING:
    import httpx

CONNECT_LIMIT = 3.0
"""Seconds to wait for a connection before taking the network for absent."""

_READ_LIMIT = 30.0
_SHA256 = re.compile(r"\b[0-9a-fA-F]{64}\b")
_MEGABYTE = 1_000_000


class NoDownload(Exception):
    """This tool cannot be downloaded here, so it is built instead; the text says why."""


def downloads_allowed() -> bool:
    """Return whether downloads may be tried: `PHILOTES_TUI_DOWNLOADS=never` forbids them."""
    return os.environ.get("PHILOTES_TUI_DOWNLOADS", "").lower() not in {"never", "no", "0", "off"}


def addresses(release: Release) -> tuple[str, str] | None:
    """Return the addresses of the file and of its checksums here; None if there is none."""
    system, arch = system_and_arch()
    if system not in release.systems or arch not in {"amd64", "arm64"}:
        return None
    values = {
        "os": system,
        "arch": release.arch_names[arch == "arm64"],
        "ext": "tar.gz" if system == "linux" else "zip",
    }
    return release.url.format(**values), release.checksums.format(**values)


def reachable(url: str) -> bool:
    """Return whether the host of an address answers at all, within three seconds."""
    import httpx  # noqa: PLC0415 - only a download pays for its import

    try:
        with _client() as client, client.stream("HEAD", url):
            return True
    except (httpx.HTTPError, OSError):
        return False


def download(
    tool: Tool, cache: Cache, stopped: threading.Event, report: Callable[[str], None]
) -> Path:
    """Download a tool and return its executable in the cache.

    Args:
        tool: What to download.
        cache: Where to.
        stopped: Ends the download when set.
        report: Called with how far it is, such as `12 of 60 MB`.

    Raises:
        NoDownload: There is no release for this platform, or it does not answer.
        ToolBuildFailed: What came is not what was published.
        Stopped: `stopped` was set.
    """
    import httpx  # noqa: PLC0415 - only a download pays for its import

    where = addresses(tool.release) if tool.release else None
    if where is None:
        raise NoDownload("there is no checked release for this system")
    url, checksums = where
    name = url.rpartition("/")[2]
    executable = cache.downloaded(tool)
    depth = len(tool.release.member.split("/")) if tool.release and tool.release.member else 1
    try:
        with _client() as client, fresh_folder(executable.parents[depth - 1]) as partial:
            expected = published_sum(_text(client, checksums), name)
            archive = partial / name
            actual = _fetch(client, url, archive, stopped, report)
            if actual != expected:
                raise _mismatch(tool, url, expected, actual)
            _unpack(archive, partial, executable.relative_to(executable.parents[depth - 1]))
    except httpx.HTTPError as error:
        raise NoDownload(f"{url}: {error or type(error).__name__}") from error
    return executable


def published_sum(text: str, name: str) -> str:
    """Return the SHA-256 of a file from a list of sums, or from a file that holds only one.

    Raises:
        NoDownload: The text names no sum for it.
    """
    for line in text.splitlines():
        found = _SHA256.search(line)
        listed = line.split()[1:] or [name]
        if found and listed[-1].lstrip("*").rpartition("/")[2] == name:
            return found.group(0).lower()
    raise NoDownload(f"no SHA-256 is published for {name}")


def _client() -> "httpx.Client":
    import httpx  # noqa: PLC0415 - only a download pays for its import

    limits = httpx.Timeout(_READ_LIMIT, connect=CONNECT_LIMIT)
    return httpx.Client(follow_redirects=True, timeout=limits)


def _text(client: "httpx.Client", url: str) -> str:
    answer = client.get(url)
    answer.raise_for_status()
    return answer.text


def _fetch(
    client: "httpx.Client",
    url: str,
    to: Path,
    stopped: threading.Event,
    report: Callable[[str], None],
) -> str:
    digest = hashlib.sha256()
    done = 0
    with client.stream("GET", url) as answer, to.open("wb") as file:
        answer.raise_for_status()
        size = int(answer.headers.get("Content-Length", 0))
        for chunk in answer.iter_bytes(1 << 20):
            if stopped.is_set():
                raise Stopped
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            whole = f" of {size / _MEGABYTE:.0f}" if size else ""
            report(f"{done / _MEGABYTE:.0f}{whole} MB")
    return digest.hexdigest()


def _unpack(archive: Path, folder: Path, member: Path) -> None:
    """Leave the executable at `member` below the folder, with what the archive has beside it."""
    executable = folder / member
    if archive.name.endswith(".tar.gz") and not hasattr(tarfile, "data_filter"):
        # Python 3.11.4 brought it; without it an archive could write outside the folder.
        raise NoDownload("this Python is too old to unpack archives safely")
    try:
        if archive.name.endswith(".tar.gz"):
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
            archive.unlink()
        elif archive.name.endswith(".zip"):
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder)  # noqa: S202 - its SHA-256 is the published one
            archive.unlink()
        elif archive != executable:
            archive.rename(executable)
        executable.chmod(executable.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    except (tarfile.TarError, zipfile.BadZipFile, FileNotFoundError) as error:
        raise NoDownload(f"{archive.name} does not hold {member}: {error}") from error


def _mismatch(tool: Tool, url: str, expected: str, actual: str) -> ToolBuildFailed:
    return ToolBuildFailed(
        f"The download of {tool.name} {tool.version} was refused",
        on=url,
        said=f"its SHA-256 is {actual}, published is {expected}",
        todo="Something on the way changes downloads; try another network.",
    )
