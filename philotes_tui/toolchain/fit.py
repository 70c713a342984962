"""Whether a version of a tool fits. Pure."""

import re

from philotes_tui.toolchain.tools import CONTROL_PLANE, Tool, Version

_NUMBERS = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(-[0-9A-Za-z.-]+)?")


def parse_version(text: str) -> tuple[Version, bool] | None:
    """Return the numbers of a version and whether it is a pre-release, or None.

    A missing patch counts as zero: unstamped builds of helm print `v4.3`.
    """
    match = _NUMBERS.match(text.strip())
    if match is None:
        return None
    major, minor, patch, pre = match.groups()
    return (int(major), int(minor), int(patch or 0)), pre is not None


def printed_version(tool: Tool, output: str) -> str | None:
    """Return the version in what the tool printed, or None if it is some other program."""
    match = re.search(tool.version_pattern, output.strip(), re.MULTILINE)
    return match.group(1) if match else None


def misfit(tool: Tool, version: str) -> str:
    """Return why this version does not fit, as half a sentence; empty if it fits."""
    parsed = parse_version(version)
    if parsed is None:
        return f"its version {version!r} cannot be read"
    numbers, is_pre = parsed
    if numbers < tool.minimum or (is_pre and numbers == tool.minimum):
        return f"{version} is older than {dotted(tool.minimum)}"
    if numbers >= tool.below:
        return f"{version} is too new, {dotted(tool.below)} and later are not known to work"
    return ""


def wanted(tool: Tool) -> str:
    """Return the versions that fit, for people: `3.259.0 or later, below 4.0.0`."""
    if tool.below == (*tool.minimum[:2], tool.minimum[2] + 1):
        return f"exactly {dotted(tool.minimum)}"
    if tool.minimum == (0, 0, 0):
        return "any version"
    return f"{dotted(tool.minimum)} or later, below {dotted(tool.below)}"


def dotted(version: Version) -> str:
    """Return a version as text."""
    return ".".join(str(number) for number in version)


def control_plane_accords(versions: dict[str, str]) -> bool:
    """Return whether control-plane components of these versions may run together.

    The controller manager and the scheduler must not be newer than the API
    server and may be one minor version older (the version skew policy,
    https://kubernetes.io/releases/version-skew-policy/).
    """
    minors = []
    for name in CONTROL_PLANE:
        parsed = parse_version(versions.get(name, ""))
        if parsed is None:
            return False
        minors.append(parsed[0][:2])
    server, *others = minors
    return all(server[0] == major and 0 <= server[1] - minor <= 1 for major, minor in others)
