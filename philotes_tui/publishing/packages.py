"""Charts packaged as one version: in a copy, subcharts first, the same bytes each time."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from philotes_tui.publishing.archive import Files, read_archive, unpack, write_archive
from philotes_tui.publishing.errors import ChartUnfit
from philotes_tui.publishing.helm import Helm
from philotes_tui.publishing.signing import Signing

UMBRELLA = "philotes"
_CHART_FILE = "Chart.yaml"
MADE_ANEW = ("charts", "Chart.lock")
"""What `helm dependency` makes in a chart."""
_DEPENDENCIES = re.compile(r"(?m)^dependencies:[ \t]*\n(?P<entries>(?:[ \t#-][^\n]*(?:\n|\Z)|\n)*)")
_DECLARED = re.compile(r"""(?m)^["']?dependencies["']?[ \t]*:""")
_CONTENT = re.compile(r"(?m)^[ \t]*[^#\s].*$")
_ENTRY = re.compile(r"(?m)^(?=[ \t]*- )")
_NEIGHBOUR = re.compile(
    r"""(?m)^(?P<key>[ \t]+(?:- )?repository:[ \t]*)["']?file://\.\./(?P<name>[^"'\s#/]+)/?["']?.*$"""
)
_RANGE = re.compile(r"(?m)^(?P<key>[ \t]+(?:- )?version:[ \t]*).*$")


@dataclass(frozen=True)
class Package:
    """One packaged chart.

    Attributes:
        name: The chart's name.
        version: The version it is stamped as.
        archive: The `.tgz`; its provenance, if signed, is beside it.
        files: What the archive holds.
    """

    name: str
    version: str
    archive: Path
    files: Files


def chart_folders(charts: Path) -> list[Path]:
    """Return the charts in a folder in the order to publish them: the umbrella last.

    Raises:
        ChartUnfit: the umbrella is not among them.
    """
    if not (charts / UMBRELLA / _CHART_FILE).is_file():
        raise ChartUnfit(
            "The charts to publish are not there",
            on=str(charts / UMBRELLA / _CHART_FILE),
            todo="Run this in a checkout, or name the folder of the charts with --charts.",
        )
    found = (file.parent for file in charts.glob(f"*/{_CHART_FILE}"))
    return sorted(found, key=lambda chart: (chart.name == UMBRELLA, chart.name))


@dataclass(frozen=True)
class Packaging:
    """How charts are packaged.

    Attributes:
        version: What every chart becomes, version and appVersion alike.
        helm: Packages.
        moment: The time the archives carry, seconds since 1970.
        signing: The key that signs; none, and nothing is signed. What is signed is Helm's
            own archive, whose bytes differ from run to run as signatures do.
    """

    version: str
    helm: Helm
    moment: int
    signing: Signing | None = None


def package_charts(charts: Path, folder: Path, packaging: Packaging) -> tuple[Package, ...]:
    """Package all charts of a folder as one version; the folder is only read.

    The umbrella holds the subcharts exactly as they are packaged by themselves, and names
    each by its exact version without a repository, which Helm takes for "in charts/".

    Args:
        charts: The folder with the umbrella and its subcharts, side by side.
        folder: Where to work; it must not exist.
        packaging: How.

    Raises:
        ChartUnfit: a chart is missing or depends on what is not beside it.
        PublishingError: Helm refuses a chart.
        OSError: a file cannot be read or written.
    """
    staged = folder / "staged"
    packed = folder / "packages"
    for chart in chart_folders(charts):
        shutil.copytree(chart, staged / chart.name)
        for made in MADE_ANEW:
            _remove(staged / chart.name / made)
    *subcharts, umbrella = chart_folders(staged)
    packages = _packaged(subcharts, packed, packaging)
    file = umbrella / _CHART_FILE
    neighbours = tuple(chart.name for chart in subcharts)
    text = pinned(file.read_text(encoding="utf-8"), packaging.version, neighbours)
    file.write_text(text, encoding="utf-8")
    for package in packages:
        unpack(package.files, umbrella / "charts")
    return packages + _packaged([umbrella], packed, packaging)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def pinned(text: str, version: str, neighbours: Sequence[str]) -> str:
    """Return the umbrella's `Chart.yaml` with its dependencies pinned to one version.

    Args:
        text: The file's content; each dependency names a chart beside the umbrella,
            `repository: file://../NAME`.
        version: The exact version to name.
        neighbours: The charts that stand beside it.

    Raises:
        ChartUnfit: a dependency is not one of these, or is written in another way than one key
            a line.
    """
    block = _DEPENDENCIES.search(text)
    if block is None:
        if written := _DECLARED.search(text):
            raise _unread(text[written.start() :].partition("\n")[0])
        return text
    first, *entries = _ENTRY.split(block["entries"])
    if written := _CONTENT.search(first):
        raise _unread(written[0])
    lines = first + "".join(_pinned_entry(entry, version, neighbours) for entry in entries)
    return text[: block.start("entries")] + lines + text[block.end("entries") :]


def _unread(line: str) -> ChartUnfit:
    return ChartUnfit(
        "The umbrella's dependencies are written in a way that cannot be pinned",
        on=f"{UMBRELLA}/{_CHART_FILE}",
        said=line.strip(),
        todo="Write the line `dependencies:` with nothing behind it, and below it a list with one "
        "key a line.",
    )


def _pinned_entry(entry: str, version: str, neighbours: Sequence[str]) -> str:
    beside = _NEIGHBOUR.search(entry)
    if beside is None or beside["name"] not in neighbours or not _RANGE.search(entry):
        raise ChartUnfit(
            "The umbrella depends on something that is not a chart beside it",
            on=f"{UMBRELLA}/{_CHART_FILE}",
            said=entry.strip(),
            todo="Name a chart beside it, with `repository: file://../NAME` and a version.",
        )
    entry = _NEIGHBOUR.sub(lambda found: f'{found["key"]}""', entry, count=1)
    return _RANGE.sub(lambda found: f'{found["key"]}"{version}"', entry, count=1)


def _packaged(charts: Sequence[Path], into: Path, packaging: Packaging) -> tuple[Package, ...]:
    signing = packaging.signing
    # One key, one passphrase on standard input: one chart for each run.
    for run in [[chart] for chart in charts] if signing else [charts]:
        packaging.helm.package(run, packaging.version, into, signing)
    return tuple(_package(into, chart.name, packaging) for chart in charts)


def _package(into: Path, name: str, packaging: Packaging) -> Package:
    archive = into / f"{name}-{packaging.version}.tgz"
    if not archive.is_file():
        raise ChartUnfit(
            "A chart's name is not its folder's",
            on=f"{name}/{_CHART_FILE}",
            todo=f"Give it the line `name: {name}`.",
        )
    files = read_archive(archive)
    if packaging.signing is None:
        write_archive(files, archive, packaging.moment)
    # Helm publishes the archive's time as org.opencontainers.image.created
    # (helm/helm:pkg/pusher/ocipusher.go), which is part of the digest.
    os.utime(archive, (packaging.moment, packaging.moment))
    return Package(name, packaging.version, archive, files)
