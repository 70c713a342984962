"""One release: looked up first, then pushed, then pulled back and compared."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from philotes_tui.errors import RegistryDenied
from philotes_tui.publishing.address import ChartFolder
from philotes_tui.publishing.archive import differences, read_archive
from philotes_tui.publishing.errors import AlreadyPublished, PublishingError
from philotes_tui.publishing.helm import Helm, provenance_of
from philotes_tui.publishing.packages import Package
from philotes_tui.publishing.version import tag_of

_DENIES_WHAT_IS_MISSING = ("ghcr.io",)
"""Registries that answer 403 for a repository that was never pushed, to who may push it."""


class State(StrEnum):
    """What is known of a chart of the release."""

    PUSHED = "pushed"
    THERE = "already there"
    MISSING = "not published"
    UNREADABLE = "not published, or private"
    PACKAGED = "packaged"


@dataclass(frozen=True)
class PublishedChart:
    """One chart of a release.

    Attributes:
        name: The chart's name.
        reference: `oci://HOST/PATH/NAME:TAG`.
        digest: `sha256:…` of its manifest; empty if it is not published.
        state: What was done, or is the case.
    """

    name: str
    reference: str
    digest: str
    state: State

    @property
    def pinned(self) -> str:
        """The reference with the digest, if there is one."""
        return f"{self.reference}@{self.digest}" if self.digest else self.reference


@dataclass(frozen=True)
class Target:
    """Where a release goes, and what the way there needs.

    Attributes:
        folder: The folder of the registry.
        helm: Pushes and pulls.
        scratch: A folder for what is pulled.
        keyring: Verifies signatures; none if the packages are not signed.
    """

    folder: ChartFolder
    helm: Helm
    scratch: Path
    keyring: Path | None = None

    def describe(self, package: Package, digest: str, state: State) -> PublishedChart:
        """Return a chart of the release in one state."""
        reference = f"{self.folder.chart(package.name)}:{tag_of(package.version)}"
        return PublishedChart(package.name, reference, digest, state)


def look(target: Target, packages: Sequence[Package]) -> tuple[PublishedChart, ...]:
    """Return for each package whether it is published; nothing is changed.

    Raises:
        AlreadyPublished: one is published with other content, or without the signature.
        RegistryError: the registry refuses or does not answer.
    """
    looked = [_looked(target, package) for package in packages]
    refused = [text for _, text in looked if text]
    if refused:
        raise AlreadyPublished(
            f"Version {packages[0].version} is published with other content, so nothing was pushed",
            on=str(target.folder),
            said="\n".join(refused),
            todo="Publish what changed as a new version; a published one never changes.",
        )
    return tuple(chart for chart, _ in looked)


def publish(
    target: Target,
    packages: Sequence[Package],
    *,
    there: Collection[PublishedChart] = (),
    verify: bool = True,
    tell: Callable[[PublishedChart], None] = lambda _: None,
) -> tuple[PublishedChart, ...]:
    """Push what is not there, in the order given, and compare each with what is there then.

    Args:
        target: Where to.
        packages: The umbrella last, so that a release cut short is not seen as one.
        there: What `look` found.
        verify: Whether each pushed chart is pulled back by its digest and compared, and
            whether all are looked up by their tags once more at the end.
        tell: Told each chart once it is known to be there.

    Raises:
        AlreadyPublished: a tag names something else at the end: another run published the
            same version in between.
        PublishingError: what was pulled back is not what was pushed.
        RegistryError: the registry refuses or does not answer.
    """
    known = {chart.name: chart for chart in there if chart.state is State.THERE}
    charts = []
    for package in packages:
        chart = known.get(package.name)
        if chart is None:
            digest = target.helm.push(package.archive, str(target.folder))
            chart = target.describe(package, digest, State.PUSHED)
            if verify:
                _verify(target, package, digest)
        charts.append(chart)
        tell(chart)
    if verify:
        _still_there(target, packages, charts)
    return tuple(charts)


def _looked(target: Target, package: Package) -> tuple[PublishedChart, str]:
    """Return what is known of a chart, and what stands against publishing it."""
    reference = target.folder.chart(package.name)
    archive = target.scratch / "there" / package.name / package.archive.name
    absent = State.MISSING
    try:
        digest = target.helm.pull(reference, archive, version=package.version)
    except RegistryDenied:
        if target.folder.host not in _DENIES_WHAT_IS_MISSING:
            raise
        digest, absent = None, State.UNREADABLE  # if it is private, the push is denied as well
    if digest is None:
        return target.describe(package, "", absent), ""
    chart = target.describe(package, digest, State.THERE)
    differs = differences(package.files, read_archive(archive))
    if not differs and target.keyring and not provenance_of(archive).is_file():
        differs = "it is published without a signature"
    if not differs and target.keyring:
        target.helm.verify(archive, target.keyring)
    return chart, differs and f"{package.name} ({digest}): {differs}"


def _verify(target: Target, package: Package, digest: str) -> None:
    reference = f"{target.folder.chart(package.name)}@{digest}"
    archive = target.scratch / "back" / package.name / package.archive.name
    if target.helm.pull(reference, archive) is None:
        differs = "it is not there"
    else:
        differs = differences(package.files, read_archive(archive))
    if differs:
        raise PublishingError(
            "What was pulled back is not what was pushed",
            on=reference,
            said=differs,
            todo="Do not use this version; look at the registry, and publish the next version.",
        )
    if target.keyring:
        target.helm.verify(archive, target.keyring)


def _still_there(
    target: Target, packages: Sequence[Package], charts: Sequence[PublishedChart]
) -> None:
    """Look at every tag again: a registry lets two runs put the same one (distribution-spec)."""
    replaced = []
    for package, chart in zip(packages, charts, strict=True):
        archive = target.scratch / "tagged" / package.name / package.archive.name
        reference = target.folder.chart(package.name)
        there = target.helm.pull(reference, archive, version=package.version)
        if there != chart.digest:
            told = f"names {there}" if there else "is gone"
            replaced.append(f"{package.name}: its tag {told}, this run published {chart.digest}")
    if replaced:
        raise AlreadyPublished(
            f"Another run published version {packages[0].version} at the same time",
            on=str(target.folder),
            said="\n".join(replaced),
            todo="Tell everybody not to use this version, find out who else publishes it, and "
            "publish the next version by one run alone.",
        )
