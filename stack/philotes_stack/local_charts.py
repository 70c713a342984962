"""The charts of the checkout, made ready for Helm without touching the checkout.

Helm renders a chart only if its dependencies stand in its `charts/` folder. They are copied
there, beside a copy of the umbrella, into a cache folder named by the content of all files. So a
changed chart is another folder, an unchanged one costs no copy, and no helm binary is needed.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from philotes_stack.vendored import stale

UMBRELLA = "philotes"
CACHE_VARIABLE = "PHILOTES_STACK_CACHE"


class LocalChartsUnusable(Exception):
    """The local charts cannot be deployed; the message is one sentence for people."""


@dataclass(frozen=True)
class StagedChart:
    """A chart that Helm can render from where it stands.

    Attributes:
        path: Absolute path of the umbrella chart, its dependencies inside.
        version: The version in its `Chart.yaml`.
        digest: Digest of all its files and of those of its dependencies, `sha256:…`.
        stale: What the checkout has vendored and differs from the charts that were staged.
    """

    path: Path
    version: str
    digest: str
    stale: tuple[str, ...] = ()


def charts_folder(package: Path | None = None) -> Path:
    """Folder that holds the charts, found from this package's place and not from the working one.

    Args:
        package: Folder of the package `philotes_stack`; this one's by default.

    Returns:
        `<package>/charts` as an installed wheel has it, else `charts/` of the checkout.

    Raises:
        LocalChartsUnusable: Neither holds the umbrella chart.
    """
    here = (package or Path(__file__).parent).resolve()
    candidates = (here / "charts", here.parent.parent / "charts")
    for folder in candidates:
        if (folder / UMBRELLA / "Chart.yaml").is_file():
            return folder
    looked = " and ".join(str(folder) for folder in candidates)
    raise LocalChartsUnusable(
        f"No chart {UMBRELLA} was found in {looked}; set philotes:useLocalCharts to false, or run"
        " from a checkout"
    )


def cache_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Folder for staged charts: `PHILOTES_STACK_CACHE`, else the platform's cache folder."""
    if explicit := environ.get(CACHE_VARIABLE):
        return Path(explicit).expanduser().absolute()
    if platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif platform == "win32" and (local := environ.get("LOCALAPPDATA")):
        base = Path(local)
    else:
        # XDG Base Directory Specification: a relative path is to be ignored.
        configured = Path(environ.get("XDG_CACHE_HOME", ""))
        base = configured if configured.is_absolute() else Path.home() / ".cache"
    return base / "philotes-stack"


def stage(charts: Path, cache: Path) -> StagedChart:
    """Copy the umbrella chart with its dependencies into the cache, unless it is there.

    Args:
        charts: Folder that holds the umbrella chart and its dependencies.
        cache: Folder for staged charts; made if need be.

    Raises:
        LocalChartsUnusable: A chart is broken, or the cache cannot be written to.
    """
    umbrella = charts / UMBRELLA
    try:
        metadata = _metadata(umbrella)
        files = _files(umbrella, metadata)
        target = cache / _digest(files)
        if not _is_whole(target):
            _copy(files, target)
        vendored = stale(umbrella, _dependencies(umbrella, metadata))
    except OSError as error:
        raise LocalChartsUnusable(
            f"The local charts could not be made ready: {error.strerror}: {error.filename}"
        ) from error
    return StagedChart(
        path=target / UMBRELLA,
        version=str(metadata.get("version", "")),
        digest=f"sha256:{target.name}",
        stale=tuple(vendored),
    )


def content_digest(charts: Path) -> str:
    """Return the digest of all that `stage` would copy, as it is now.

    Args:
        charts: Folder that holds the umbrella chart and its dependencies.

    Raises:
        LocalChartsUnusable: A chart is broken or cannot be read.
    """
    umbrella = charts / UMBRELLA
    try:
        return _digest(_files(umbrella, _metadata(umbrella)))
    except OSError as error:
        raise LocalChartsUnusable(
            f"The local charts cannot be read: {error.strerror}: {error.filename}"
        ) from error


def _metadata(chart: Path) -> Mapping[str, Any]:
    file = chart / "Chart.yaml"
    try:
        metadata: object = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LocalChartsUnusable(f"{file} is not valid YAML: {_one_line(error)}") from error
    if not isinstance(metadata, dict):
        raise LocalChartsUnusable(f"{file} does not describe a chart")
    return metadata


def _files(umbrella: Path, metadata: Mapping[str, Any]) -> dict[str, Path]:
    """Files by their place in the staged folder; what is vendored in the checkout is left out."""
    files = {
        f"{UMBRELLA}/{place}": path
        for place, path in _tree(umbrella).items()
        if place.split("/")[0] not in {"charts", "Chart.lock"}
    }
    for name, chart in _dependencies(umbrella, metadata).items():
        for place, path in _tree(chart).items():
            files[f"{UMBRELLA}/charts/{name}/{place}"] = path
    return files


def _dependencies(umbrella: Path, metadata: Mapping[str, Any]) -> dict[str, Path]:
    """Return the folders of the charts that the umbrella depends on, by name."""
    folders = {}
    for dependency in metadata.get("dependencies") or ():
        name, repository = str(dependency.get("name")), str(dependency.get("repository", ""))
        chart = umbrella / repository.removeprefix("file://")
        if not repository.startswith("file://") or not (chart / "Chart.yaml").is_file():
            raise LocalChartsUnusable(
                f"The local chart {UMBRELLA} depends on {name} at {repository or 'no repository'},"
                " where no chart was found; local dependencies are given as file://../<chart>"
            )
        folders[name] = chart
    return folders


def _tree(folder: Path) -> dict[str, Path]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def _digest(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for place in sorted(files):
        content = files[place].read_bytes()
        digest.update(f"{place}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _is_whole(target: Path) -> bool:
    """Whether the staged folder still holds what its name says; cleaners may have been there."""
    return target.is_dir() and _digest(_tree(target)) == target.name


def _copy(files: Mapping[str, Path], target: Path) -> None:
    """Write the folder under another name and put it in place in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".staging-") as scratch:
        fresh = Path(scratch) / "fresh"
        for place, source in files.items():
            (fresh / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, fresh / place)
        if target.exists():
            target.rename(Path(scratch) / "stale")
        try:
            fresh.rename(target)
        except OSError:
            # Another process was first; content and name are the same.
            if not target.is_dir():
                raise


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
