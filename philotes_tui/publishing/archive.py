"""Chart archives: read as files, compared as files, written so that bytes repeat."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from philotes_tui.publishing.errors import PublishingError

Files = Mapping[str, bytes]
"""What an archive holds: content by path, `philotes/Chart.yaml`."""

_MOST_BYTES = 64 * 1024 * 1024
_MOST_NAMED = 4


def read_archive(archive: Path) -> Files:
    """Return the regular files of a `.tgz`.

    Raises:
        PublishingError: it is not one, is too large, or names a path outside itself.
    """
    files: dict[str, bytes] = {}
    left = _MOST_BYTES
    try:
        with tarfile.open(archive, "r:gz") as opened:
            for member in opened:
                left -= member.size
                content = opened.extractfile(member) if member.isfile() and left >= 0 else None
                if content is None or not _is_inside(member.name):
                    raise _unreadable(archive, f"it holds {member.name!r}, {member.size} bytes")
                files[member.name] = content.read()
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _unreadable(archive, str(error)) from error
    return files


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _unreadable(archive: Path, said: str) -> PublishingError:
    return PublishingError(
        "This is not a chart archive that can be read",
        on=archive.name,
        said=said,
        todo="Look at what is published under this name: it is no chart of this program.",
    )


def write_archive(files: Files, archive: Path, moment: int) -> None:
    """Write a `.tgz` whose bytes depend on nothing but its files and the moment.

    Helm writes subcharts in an order that changes from run to run
    (helm/helm:pkg/chart/v2/loader/load.go walks a map).

    Args:
        files: Content by path.
        archive: Where to write.
        moment: The time all files carry, seconds since 1970.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as writer:
        # Chart.yaml first: who looks for the chart's name alone then reads no further.
        for name in sorted(files, key=lambda path: (path.count("/"), path)):
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(files[name]), moment, 0o644
            writer.addfile(member, io.BytesIO(files[name]))
    archive.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def unpack(files: Files, folder: Path) -> None:
    """Write the files of an archive below a folder."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def differences(here: Files, there: Files) -> str:
    """Return in words what differs between two archives; nothing if they hold the same."""
    told = [
        *(
            f"{name} differs"
            for name in sorted(here.keys() & there.keys())
            if here[name] != there[name]
        ),
        *(f"{name} is not in the published one" for name in sorted(here.keys() - there.keys())),
        *(f"{name} is only in the published one" for name in sorted(there.keys() - here.keys())),
    ]
    more = [f"and {len(told) - _MOST_NAMED} more"] if len(told) > _MOST_NAMED else []
    return ", ".join(told[:_MOST_NAMED] + more)
