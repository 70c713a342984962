"""Chart versions and the tags they are published under; the standard library is enough."""

import re

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line

_LONGEST = 128  # an OCI tag cannot be longer (distribution-spec, «Pulling manifests»)
_NUMBER = r"(?:0|[1-9][0-9]*)"
_PRERELEASE = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(  # semver.org, items 2, 9 and 10
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-{_PRERELEASE}(?:\.{_PRERELEASE})*)?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def parse_version(text: str) -> str:
    """Return a version as it stands, if it is SemVer 2.0.0.

    Raises:
        InvalidReference: it is not; `v1.2.3` and `1.2` are not.
    """
    if len(text) <= _LONGEST and _SEMVER.fullmatch(text):
        return text
    todo = "Write it as MAJOR.MINOR.PATCH, for example 0.2.0 or 0.3.0-rc.1."
    if text.startswith("v") and _SEMVER.fullmatch(text[1:]):
        todo = f"Leave out the “v”: {text[1:]}; or give the tag of the source with --tag {text}."
    raise InvalidReference(f"“{clean_line(text, 140)}” is not a SemVer version", todo=todo)


def version_of_tag(tag: str) -> str:
    """Return the version that a tag of the source, `v1.2.3`, names.

    Raises:
        InvalidReference: it is not one `v` and a SemVer version.
    """
    if tag.startswith("v") and len(tag) <= _LONGEST and _SEMVER.fullmatch(tag[1:]):
        return tag[1:]
    raise InvalidReference(
        f"The tag “{clean_line(tag, 140)}” names no version, so nothing was published",
        todo="Tag releases as vMAJOR.MINOR.PATCH (SemVer), for example v0.2.0 or v0.3.0-rc.1.",
    )


def tag_of(version: str) -> str:
    """Return the tag Helm publishes a version under: `+` cannot stand in one.

    (helm/helm:pkg/registry/reference.go)
    """
    return version.replace("+", "_")
