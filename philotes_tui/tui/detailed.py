"""What is known of the versions listed, one by one, as their details arrive. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from philotes_tui.errors import PhilotesError, RegistryError
from philotes_tui.releases import ChartDetails, Release


@dataclass(frozen=True)
class Known:
    """What is known of one version.

    Attributes:
        details: What the registry says of it; None where it could not be read.
        error: Why it could not.
        kept: Whether the details are as they were read before: signatures stored beside
            the chart are not known then.
        due: Whether the registry is still to be asked.
    """

    details: ChartDetails | None = None
    error: PhilotesError | None = None
    kept: bool = False
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

    def asked_kept(self, found: Mapping[str, ChartDetails]) -> "Detailed":
        """Return the same with what was read before, which never replaces what is newer."""
        older = {tag: Known(details, kept=True, due=True) for tag, details in found.items()}
        return replace(self, by_tag={**older, **self.by_tag})

    def answered(
        self, answers: Iterable[tuple[Release, ChartDetails | RegistryError]]
    ) -> "Detailed":
        """Return the same with what the registry answered."""
        new = {release.tag: _known(answer) for release, answer in answers}
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


def _known(answer: ChartDetails | RegistryError) -> Known:
    if isinstance(answer, ChartDetails):
        return Known(answer)
    return Known(error=answer)
