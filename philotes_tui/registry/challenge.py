"""What a 401 answer asks for (RFC 9110, section 11.6.1)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf"({_WORD})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]*))")
_SCHEME = re.compile(rf"({_WORD})(?=\s|,|$)")
_ESCAPED = re.compile(r"\\(.)")
_GAP = re.compile(r"[\s,]+")
_LONGEST = 8 * 1024


@dataclass(frozen=True)
class Challenge:
    """One challenge: its scheme in lower case, its parameters with names in lower case."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def parse_challenges(header: str) -> tuple[Challenge, ...]:
    """Return the challenges of a WWW-Authenticate header, in order.

    Several may stand in one header (`Bearer …,Basic …`); values are quoted,
    escaped or bare. What cannot be read is passed over, never an error: the
    answer then counts as one without a challenge.
    """
    found: list[tuple[str, dict[str, str]]] = []
    for scheme, name, value in _words(header[:_LONGEST]):
        if scheme:
            found.append((scheme, {}))
        elif found:
            found[-1][1].setdefault(name, value)
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found)


def _words(header: str) -> Iterator[tuple[str, str, str]]:
    """Yield (scheme, "", "") or ("", name, value) in the order of the header."""
    place = 0
    while place < len(header):
        if gap := _GAP.match(header, place):
            place = gap.end()
        elif parameter := _PARAMETER.match(header, place):
            quoted, bare = parameter[2], parameter[3]
            value = bare if quoted is None else _ESCAPED.sub(r"\1", quoted)
            yield "", parameter[1].lower(), value
            place = parameter.end()
        elif scheme := _SCHEME.match(header, place):
            yield scheme[1].lower(), "", ""
            place = scheme.end()
        else:
            place += 1
