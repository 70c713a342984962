"""Which release a chart was made as, told by the labels of the objects it renders.

A digest says what is deployed and nothing of its version, and the provider's Chart hands out no
more of it. But all charts of a release are stamped with one version, which each of their objects
carries in its labels.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pulumi

from philotes_stack.config import NAMESPACE, is_strict

_ROOM = 63  # kubernetes.io/docs, "Labels and Selectors": the longest value of a label
_NUMBERS = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(.*)")
_UNENDING = re.compile(r"[^A-Za-z0-9]+$")

Stamp = tuple[str, str]
"""The versions in an object's labels: the app's, and the chart's own."""


@dataclass(frozen=True)
class Stamps:
    """What the objects of a chart carry, noted while they are registered.

    Attributes:
        seen: The stamps so far.
    """

    seen: set[Stamp] = field(default_factory=set)

    def noting(self) -> pulumi.ResourceTransform:
        """Return a transform that notes the stamp of each resource and changes none."""

        def transform(args: pulumi.ResourceTransformArgs) -> None:
            metadata = args.props.get("metadata")
            labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
            if isinstance(labels, Mapping) and (stamp := stamp_of(labels)):
                self.seen.add(stamp)

        return transform


def stamp_of(labels: Mapping[str, object]) -> Stamp | None:
    """Return the versions in an object's labels; None if it does not carry both.

    (helm.sh/docs/chart_best_practices/labels)
    """
    app = labels.get("app.kubernetes.io/version")
    prefix = f"{labels.get('app.kubernetes.io/name')}-"
    chart = labels.get("helm.sh/chart")
    if isinstance(app, str) and isinstance(chart, str) and chart.startswith(prefix):
        return app, chart.removeprefix(prefix)
    return None


def released_as(stamps: Collection[Stamp]) -> str | None:
    """Return the version that all charts were stamped with, as labels write it.

    None where they bear several, as charts do that are versioned each by itself: nothing can be
    told of the version of the chart around them. A label has no more room than 63 characters, so
    that the chart's version, which stands behind its name, may be cut.
    """
    apps = {app for app, _ in stamps}
    if len(apps) != 1:
        return None
    [version] = apps
    whole = all(_cut(version).startswith(_cut(chart)) for _, chart in stamps)
    return version if whole and version else None


def really_deployed(asked: str, stamped: str | None) -> str:
    """Return the version to report for a digest that was configured beside a version.

    Helm pushes a chart under its own version alone, so that under a SemVer version there is no
    other chart than the one that calls itself so. Any other tag, `v1.2.3` or `1.2`, was put there
    by hand and may name whatever it was put on.

    Args:
        asked: The version that was configured.
        stamped: What `released_as` told.
    """
    if stamped is None or not is_strict(asked) or _is_meant(asked, stamped):
        return asked
    return stamped.replace("_", "+", 1)  # SemVer has no "_"; Helm writes it for the "+"


def contradiction(asked: str, stamped: str | None) -> str | None:
    """Say that the content of the digest is of another version than was configured, if it is.

    The labels are those of the workloads: what the chart around them calls itself is not known
    here, and who set the digest is not either.

    Args:
        asked: The version that was configured.
        stamped: What `released_as` told.
    """
    if stamped is None or _is_meant(asked, stamped):
        return None
    return (
        f"{NAMESPACE}:chartVersion is {asked}, but the workloads of the chart that"
        f" {NAMESPACE}:chartDigest names are of version {stamped.replace('_', '+', 1)} by their"
        f" labels, and that chart is deployed; if the digest is of another version, set that of"
        f" {asked} or remove {NAMESPACE}:chartDigest, and if it is of {asked}, that version was"
        " published with the charts of another one in it"
    )


def _is_meant(asked: str, stamped: str) -> bool:
    """Whether a configured version may stand for that of a label: `v1.2.3` for 1.2.3, `1.2` too."""
    wanted, told = _parts(asked.replace("+", "_")), _parts(stamped)
    if wanted is None or told is None:
        return False
    *numbers, tail = wanted
    spelled = [number for number in numbers if number is not None]
    return spelled == told[: len(spelled)] and tail == told[-1]


def _parts(version: str) -> list[str | int | None] | None:
    """Return three numbers, None where they are left out, and what follows, as labels hold it."""
    found = _NUMBERS.fullmatch(_cut(version))
    return found and [*(part and int(part) for part in found.groups()[:3]), found[4]]


def _cut(text: str) -> str:
    return _UNENDING.sub("", text[:_ROOM])
