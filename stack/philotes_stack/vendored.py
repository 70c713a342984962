"""Dependencies that a checkout keeps a copy of, and whether the copies still are what they copy.

`helm dependency build` writes them: an archive or folder for each below `charts/` of the chart,
and `Chart.lock` (helm.sh/docs, "Helm Dependency"). They are read here and never written.
"""

import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

_METADATA = "Chart.yaml"


def stale(umbrella: Path, dependencies: Mapping[str, Path]) -> list[str]:
    """Return what is vendored in a chart and is not, or no longer, what its dependencies are.

    Args:
        umbrella: Folder of the chart that depends on others.
        dependencies: Folders of those, by name.

    Returns:
        Places relative to the folder that holds the chart, such as
        `philotes/charts/philotes-api-0.1.0.tgz`, sorted.

    Raises:
        OSError: A file cannot be read.
    """
    found = [
        f"{umbrella.name}/charts/{copy.name}"
        for copy in _copies(umbrella / "charts")
        if not _is_current(copy, dependencies)
    ]
    lock = umbrella / "Chart.lock"
    if lock.is_file() and _locked(lock) != _current_versions(dependencies):
        found.append(f"{umbrella.name}/{lock.name}")
    return sorted(found)


def _copies(folder: Path) -> Iterator[Path]:
    """Yield what Helm would load from there: folders with a chart in them, and archives."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.suffix == ".tgz" or (path / _METADATA).is_file():
            yield path


def _is_current(copy: Path, dependencies: Mapping[str, Path]) -> bool:
    files = _unpacked(copy) if copy.is_file() else _tree(copy)
    metadata = _metadata(files.get(_METADATA, b""))
    source = dependencies.get(str(metadata.get("name")))
    if source is None:
        return False
    current = _tree(source)
    # Helm writes the metadata anew when it packs a chart, without comments and in its own order.
    return metadata == _metadata(current.pop(_METADATA)) and current == {
        place: content for place, content in files.items() if place != _METADATA
    }


def _tree(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _unpacked(archive: Path) -> dict[str, bytes]:
    """Return an archive's files without its one folder; none of a broken archive."""
    files = {}
    try:
        with tarfile.open(archive) as packed:
            for entry in packed:
                content = packed.extractfile(entry) if entry.isfile() else None
                if content is not None:
                    files[entry.name.partition("/")[2]] = content.read()
    except (tarfile.TarError, EOFError, zlib.error):
        return {}
    return files


def _metadata(text: bytes) -> dict[str, Any]:
    try:
        document: object = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return document if isinstance(document, dict) else {}


def _locked(lock: Path) -> dict[str, str]:
    entries = _metadata(lock.read_bytes()).get("dependencies")
    named = [each for each in entries or () if isinstance(each, dict)]
    return {str(each.get("name")): str(each.get("version")) for each in named}


def _current_versions(dependencies: Mapping[str, Path]) -> dict[str, str]:
    return {
        name: str(_metadata((folder / _METADATA).read_bytes()).get("version"))
        for name, folder in dependencies.items()
    }
