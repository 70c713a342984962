"""Which of the published versions are listed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from philotes_tui.cli.listing import named
from philotes_tui.cli.published import Listing
from philotes_tui.releases import STABLE, Constraint, Release, in_channel


@dataclass(frozen=True)
class Selection:
    """Which versions are listed."""

    constraint: Constraint | None = None
    channel: str = ""
    limit: int | None = None

    def of(self, releases: Sequence[Release]) -> tuple[Release, ...]:
        """Return the versions that are meant, in the same order."""
        # Naming a channel of pre-releases is to ask for them, as --devel is with Helm.
        pre = self.channel.lower() not in {"", STABLE}
        found = releases
        if self.channel:
            found = [each for each in found if in_channel(each.version, self.channel)]
        if self.constraint is not None:
            fits = self.constraint.matches
            found = [each for each in found if fits(each.version, prereleases=pre)]
        return tuple(found)[: self.limit]

    def nothing(self, listing: Listing, registry: str) -> str:
        """Return why no version is listed, and what there is."""
        count = len(listing.catalog.releases)
        if not count and (usable := [each.tag for each in listing.catalog.others if each.usable]):
            return (
                f"No SemVer versions in {registry}; usable by name, and listed with --all:"
                f" {named(usable)}."
            )
        if not count:
            return f"No versions in {registry} yet; `helm push` brings one there."
        wanted = [f"the constraint {self.constraint}"] if self.constraint else []
        wanted += [f"the channel “{self.channel}”"] if self.channel else []
        channels = ", ".join(listing.catalog.channels)
        return (
            f"None of the {count} versions in {registry} fits {' and '.join(wanted)};"
            f" there are versions in {channels}."
        )
