"""What is known of the versions listed, one by one, as their details arrive. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from philotes_tui.errors import PhilotesError
from philotes_tui.releases import ChartDetails, Moved, Release


@dataclass(frozen=True)
class Known:
    """What is known of one version.

    Attributes:
        details: What the registry says of it; None where it could not be read.
        error: Why it could not.
        signatures_known: Whether signatures were looked for; those stored beside a chart may
            not have been when it was read before.
        moved: That its tag names other content than when it was last seen, if it does.
        due: Whether the registry is still to be asked.
    """

    details: ChartDetails | None = None
    error: PhilotesError | None = None
    signatures_known: bool = True
    moved: Moved | None = None
    due: bool = False


@dataclass(frozen=True)
class Detailed:
    """The details of the versions of one registry, as far as they are known.

    Attributes:
        by_tag: What is known of each version.
        refused: Why the registry tells nothing of any version.
    """

    by_tag: Mapping[str, Known] = field(default_factory=dict)
    refused: PhilotesError | None = None

    def of(self, tag: str) -> Known | None:
        """Return what is known of a version, or None while that is nothing."""
        return self.by_tag.get(tag)

    def remembered(self, found: Mapping[str, Known]) -> "Detailed":
        """Return the same with what was read before, which never replaces what is newer."""
        older = {tag: replace(known, due=True) for tag, known in found.items()}
        return replace(self, by_tag={**older, **self.by_tag})

    def answered(self, answers: Iterable[tuple[Release, Known]]) -> "Detailed":
        """Return the same with what the registry answered."""
        new = {release.tag: known for release, known in answers}
        return replace(self, by_tag={**self.by_tag, **new})

    def failed(self, error: PhilotesError) -> "Detailed":
        """Return the same when the registry tells nothing of any version."""
        return replace(self, refused=error)

    def again(self) -> "Detailed":
        """Return what is known when everything is asked for once more."""
        return Detailed({t: replace(k, due=True) for t, k in self.by_tag.items() if k.details})

    def wanting(self, releases: Iterable[Release]) -> tuple[Release, ...]:
        """Return which of these the registry has not been asked for, in the same order."""
        return tuple(
            release
            for release in releases
            if (known := self.by_tag.get(release.tag)) is None or known.due
        )

    def unseen(self, releases: Iterable[Release]) -> tuple[Release, ...]:
        """Return those of which nothing at all is known, in the same order."""
        return tuple(release for release in releases if release.tag not in self.by_tag)
