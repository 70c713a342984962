"""Which published version somebody means: a version, a tag, a digest, a constraint, `latest`."""

import contextlib
import shlex
from dataclasses import dataclass

from philotes_tui.cli.listing import named
from philotes_tui.cli.output import short_digest
from philotes_tui.cli.pinning import pinned
from philotes_tui.cli.published import Listing, Published
from philotes_tui.errors import InvalidReference, RegistryError, VersionNotFound
from philotes_tui.foreign import clean_line
from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import (
    Catalog,
    ChartDetails,
    Constraint,
    InvalidConstraint,
    Pinned,
    Release,
    Version,
    newest,
)
from philotes_tui.releases.grammar import DIGEST
from philotes_tui.releases.nearest import nearest

_DOTS = 2
"""In a version that is written out."""
LATEST = "latest"
"""The newest stable version."""


@dataclass(frozen=True)
class Picked:
    """The version that is meant.

    Attributes:
        wanted: What was written.
        release: The version; None where a digest was written.
        listing: What was published, where that had to be asked.
    """

    wanted: str
    release: Release | None = None
    listing: Listing | None = None

    @property
    def target(self) -> Release | str:
        """What the registry is asked for."""
        return self.release or self.wanted

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return self.release.version.text if self.release else short_digest(self.wanted)

    @property
    def sentence(self) -> str:
        """Which version a constraint or `latest` means; nothing where one was named."""
        if self.release is None or self.wanted in {self.release.version.text, self.release.tag}:
            return ""
        return f"{clean_line(self.wanted, 80)} is {self.release.version}."


async def pick(published: Published, wanted: str) -> Picked:
    """Return the version that is meant.

    Raises:
        InvalidReference: It is nothing of what can be meant.
        VersionNotFound: No published version fits.
        RegistryError: The registry does not list its versions.
    """
    _refuse_empty(wanted)
    if DIGEST.fullmatch(wanted):
        return Picked(wanted)
    named = spelled(wanted)
    if named is not None:
        return Picked(wanted, named, await _noted(published, named.tag))
    constraint = Constraint.parse("*") if wanted == LATEST else _constraint(wanted)
    listing = await published.listing()
    found = newest(listing.catalog, constraint)
    if found is None:
        raise _nothing_fits(wanted, published, listing)
    return Picked(wanted, found, listing)


def spelled(wanted: str) -> Release | None:
    """Return the version or tag that is spelled out, published or not; None where none is.

    Helm stores `+` as `_`.
    """
    try:
        version = Version.lenient(wanted.replace("_", "+"))
    except InvalidReference:
        return None
    return Release(version, version.tag)


def one_version(wanted: str) -> Release:
    """Return the one version that is to be deployed: nothing that means another one tomorrow.

    Raises:
        InvalidReference: It is not one version.
    """
    _refuse_empty(wanted)
    release = spelled(wanted)
    if release is not None:
        return release
    shown = clean_line(wanted, 60)
    todo = "Name exactly one, such as 0.2.0; `philotes-tui versions` lists them."
    if wanted == LATEST or _is_constraint(wanted):
        todo += f" `philotes-tui show {shlex.quote(shown)}` tells which one that means now."
    raise InvalidReference(f"“{shown}” is not one version", todo=todo)


def _refuse_empty(wanted: str) -> None:
    """Refuse a variable of a script that is not set: an empty constraint would mean any version."""
    if not wanted.strip():
        raise InvalidReference(
            "The version is empty", todo="Name one; `philotes-tui versions` lists what there is."
        )


def _is_constraint(wanted: str) -> bool:
    try:
        Constraint.parse(wanted)
    except InvalidConstraint:
        return False
    return True


def _constraint(wanted: str) -> Constraint:
    try:
        return Constraint.parse(wanted)
    except InvalidConstraint as error:
        shown = clean_line(wanted, 60)
        raise InvalidReference(
            f"“{shown}” is no version, tag, digest or constraint",
            said=f"{error.what}\n{error.pointer}" if _looks_like_one(wanted) else "",
            todo="Write a version such as 0.2.0, a constraint such as '^0.2',"
            " sha256:… or latest; `philotes-tui versions` lists what there is.",
        ) from error


def _looks_like_one(wanted: str) -> bool:
    """Whether a text was meant for a constraint, so that it is of use to say what is wrong."""
    return any(sign in wanted for sign in "^~<>=!|,* ")


async def details(published: Published, picked: Picked, *, signatures: bool) -> ChartDetails:
    """Return the details of the version that is meant; see `ChartRegistry.details`.

    Raises:
        VersionNotFound: It is not there; the nearest that are there are named.
        RegistryError: The registry does not answer usefully.
        SettingsError: A file of logins or a proxy setting is broken.
    """
    try:
        return await published.charts.details(picked.target, signatures=signatures)
    except VersionNotFound as error:
        if picked.release is None:
            raise
        told = await named_nearest(error, picked.release, published.charts, ranges=True)
        raise told from error


async def pin(charts: ChartRegistry, release: Release) -> Pinned:
    """Return what a version names now; see `pinned`.

    Raises:
        VersionNotFound: It is not there; the nearest that are there are named.
        RegistryError: The registry does not answer usefully, or it is not a chart.
        SettingsError: A file of logins or a proxy setting is broken.
    """
    try:
        return await pinned(charts, release)
    except VersionNotFound as error:
        raise await named_nearest(error, release, charts) from error


async def named_nearest(
    error: VersionNotFound, release: Release, charts: ChartRegistry, *, ranges: bool = False
) -> VersionNotFound:
    """Return the error of a version that is not there, with the nearest that are.

    Args:
        error: What the registry was understood to say.
        release: What is not there.
        charts: The registry.
        ranges: Whether a constraint may be named in its place.
    """
    try:
        catalog = await charts.catalog()
    except VersionNotFound as nothing:  # there is no such repository at all
        return nothing
    except RegistryError:
        return VersionNotFound(
            error.what,
            on=error.on,
            said=error.said,
            todo="`philotes-tui versions` lists what there is.",
        )
    tags = {*(each.tag for each in catalog.releases), *(each.tag for each in catalog.others)}
    # Some registries list for a while what was deleted.
    where = "is listed in {}, and is not there" if release.tag in tags else "is not in {}"
    near_by = nearest(catalog, release.version)
    found = [each.text for each in near_by if each.tag != release.tag]
    listed = " or ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))
    others = sum(1 for other in catalog.others if other.usable)
    command = f"philotes-tui versions{' --all' if others else ''}"
    count = len(catalog.releases) + others
    near = f"Nearest to it: {listed}. " if found else ""
    every = f"`{command}` lists all {count}." if count else "`helm push` brings one there."
    return VersionNotFound(
        f"Version {release.version} {where.format(charts.repository)}",
        on=error.on,
        # A status is all there is where only the digest was asked for.
        said="" if error.said.startswith("status ") else error.said,
        todo=(_range(catalog, release.version) if ranges else "") + near + every,
    )


def _range(catalog: Catalog, version: Version) -> str:
    """Return how the newest of those is named that a version without PATCH or MINOR may mean."""
    wanted = f"={version.text.removeprefix('v')}"
    if version.text.count(".") >= _DOTS or newest(catalog, _constraint(wanted)) is None:
        return ""
    return f"'{wanted}' names the newest of its kind. "


async def _noted(published: Published, tag: str) -> Listing | None:
    """List what is there once, so that what is looked at now can be looked at offline later.

    Offline it is what was listed then, so that its age is told.
    """
    if published.offline:
        return await published.listing() if published.seen else None
    if published.seen and tag in published.seen.tags:
        return None
    with contextlib.suppress(RegistryError):  # some let one pull without letting one list
        return await published.listing()
    return None


def _nothing_fits(wanted: str, published: Published, listing: Listing) -> VersionNotFound:
    shown = clean_line(wanted, 80)
    top = listing.catalog.releases[:1]
    usable = [each.tag for each in listing.catalog.others if each.usable]
    said = f"the newest there is {top[0].version}" if top else "there are no versions"
    if usable and not top:
        said = f"there are no SemVer versions; usable by name: {named(usable)}"
    what = (
        "There is no stable version" if wanted == LATEST else f"No published version fits “{shown}”"
    )
    return VersionNotFound(
        what,
        on=published.charts.url,
        said=said,
        todo="Pre-releases are taken where the constraint names one, as in '>=0.0.0-0'.",
    )
