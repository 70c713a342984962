"""What a chart calls itself, beside what it was asked for as. Pure."""

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line
from philotes_tui.releases.details import ChartDetails
from philotes_tui.releases.version import Version

_WIDEST = 100


def other_name(details: ChartDetails, chart: str) -> str:
    """Return the name that a chart calls itself where that is not its repository's, else nothing.

    Helm pushes a chart to the repository of its own name alone (helm/helm:pkg/pusher/ocipusher.go);
    whoever may push otherwise can put any there.

    Args:
        details: The chart.
        chart: The last part of its repository's path.
    """
    return "" if details.own_name == chart else clean_line(details.own_name, _WIDEST)


def other_version(details: ChartDetails) -> str:
    """Return the version that a chart calls itself where its tag names another one, else nothing.

    Helm pulls such a chart without a word: whoever may push can let a new version name an old one.
    """
    own = details.own_version
    return clean_line(own, _WIDEST) if details.tag and own != details.version.text else ""


def called_otherwise(details: ChartDetails, chart: str) -> tuple[str, ...]:
    """Return what a chart calls itself that it was not asked for as, each after “it”.

    Unlike `other_version` this warns: of a version that the tag means, as `v1.2.3` means 1.2.3,
    nothing is said.

    Args:
        details: The chart.
        chart: The last part of its repository's path.
    """
    name, version = other_name(details, chart), other_version(details)
    told = [f"calls itself {name}, not {chart}"] if name else []
    if version and not _is_meant(details):
        told.append(f"calls itself version {version}")
    return tuple(told)


def misnamed(details: ChartDetails, chart: str) -> str:
    """Return what is wrong where a signature is of another chart than was asked for, else nothing.

    A signature says nothing of the tag and the repository that it is found under: an older chart
    could pass for a newer one. What a digest names has no tag that could be of another version.

    Args:
        details: The chart, signed with its metadata.
        chart: The last part of its repository's path.
    """
    if details.own_name != chart:
        own = other_name(details, chart)
        return f"it is signed as chart {own}" if own else "it is signed without a chart's name"
    if not details.tag or _is_meant(details):
        return ""
    if not details.own_version:
        return "it is signed without a version"
    return f"it is signed as version {clean_line(details.own_version, _WIDEST)}, not {details.tag}"


def _is_meant(details: ChartDetails) -> bool:
    try:
        return details.version.means(Version.lenient(details.own_version))
    except InvalidReference:
        return False
