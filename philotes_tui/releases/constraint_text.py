"""The grammar of constraints.

    constraint = group *("||" group)           at most 512 bytes and 32 groups
    group      = item *((blanks / ",") item)
    item       = [operator] version / version " - " version
    version    = ["v"] number *2("." number) ["-" pre-release] ["+" build]
    number     = digits / "x" / "X" / "*"

What Masterminds/semver:constraints.go accepts is accepted here with the same meaning. The
library rewrites `a - b` to `>=a, <=b` by pattern before it looks for `||`, and so reads
some texts as nobody means them: `1||2 - 3` as `>=1 || 2 <=3`. Texts in which a hyphen range
touches a `||` are refused here, and so is a single `|`, which it lets pass after an `x`.
"""

import re
from collections.abc import Iterator

from philotes_tui.releases.comparator import Comparator, Given
from philotes_tui.releases.constraint_error import InvalidConstraint
from philotes_tui.releases.version import LARGEST, Version

LONGEST = 512
"""Bytes of a constraint (MaxConstraintLen)."""
MOST_GROUPS = 32
"""Groups between `||` (MaxConstraintGroups)."""
LONGEST_VERSION = 256
"""Characters of one version in it (MaxVersionLen)."""

_BLANKS = re.compile(r"[ \t\n\f\r]*")
_OPERATOR = re.compile(r"!=|>=|=>|<=|=<|~>|[=><~^]|")
_NUMBER = r"[0-9xX*]+"
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(
    rf"v?({_NUMBER})(?:\.({_NUMBER}))?(?:\.({_NUMBER}))?"
    rf"(?:-({_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?"
)
_HYPHEN = re.compile(r"[ \t\n\f\r]+-[ \t\n\f\r]+")
_WORD = re.compile(r"[^ \t\n\f\r,|]+")
_SPELLINGS = {"": "=", "=>": ">=", "=<": "<=", "~>": "~"}
_OPEN = frozenset({"x", "X", "*"})


def parse(text: str) -> tuple[tuple[Comparator, ...], ...]:
    """Return the groups of a constraint.

    Raises:
        InvalidConstraint: It does not parse.
    """
    if len(text.encode(errors="surrogatepass")) > LONGEST:
        raise InvalidConstraint(f"it is longer than {LONGEST} bytes", text, LONGEST)
    if not text:
        return parse("*")
    groups: list[tuple[Comparator, ...]] = []
    start = 0
    for part in text.split("||"):
        if len(groups) == MOST_GROUPS:
            raise InvalidConstraint(f"it has more than {MOST_GROUPS} groups", text, start)
        groups.append(tuple(_Reader(text, start, start + len(part)).group()))
        start += len(part) + len("||")
    return tuple(groups)


class _Reader:
    """Reads one group, the characters from `start` to `end` of a constraint."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.at = start
        self.end = end

    def group(self) -> Iterator[Comparator]:
        self._take(_BLANKS)
        comma = first = after_range = True
        while first or self.at < self.end:
            if not (first or comma or after_range or self.text[self.at - 1] in " \t\n\f\r"):
                raise self._error("a blank or a comma is missing before {}")
            started, operator = self.at, self._take(_OPERATOR)
            self._take(_BLANKS)
            version_at = self.at
            low = self._version()
            after_range = self._hyphen_follows()
            if after_range:
                if operator:
                    raise self._error("a hyphen range takes no operator", started)
                self._check_alone(started, allowed=comma)
                yield self._compared(">=", version_at, low)
                self._take(_HYPHEN)
                version_at = self.at
                operator, low = "<=", self._version()
                self._check_end()
            yield self._compared(operator, version_at, low)
            first, comma = False, self._separated() or after_range

    def _separated(self) -> bool:
        """Skip what stands between two items; tell whether a comma did."""
        self._take(_BLANKS)
        if self.at == self.end or self.text[self.at] != ",":
            return False
        self.at += 1
        self._take(_BLANKS)
        if self.at == self.end:
            raise self._error("nothing follows the comma", self.at - 1)
        return True

    def _hyphen_follows(self) -> bool:
        return _HYPHEN.match(self.text, self.at, self.end) is not None

    def _check_alone(self, started: int, *, allowed: bool) -> None:
        if not allowed:
            raise self._error("Helm wants a comma before a hyphen range", started)
        if started == self.start > 0:
            raise self._error("Helm wants a blank between || and a hyphen range", started)

    def _check_end(self) -> None:
        if self.at == self.end and self.text[self.end : self.end + 3].rstrip(" \t\n\f\r") not in {
            "",
            "||",
        }:
            raise self._error("Helm wants blanks between a hyphen range and ||")

    def _version(self) -> re.Match[str]:
        match = _VERSION.match(self.text, self.at, self.end)
        if match is None:
            if self.at == self.end:
                raise self._error("a version is missing")
            if self.text[self.at] == "|":
                raise self._error("a single | means nothing, || means “or”")
            raise self._error("{} is not a version")
        self.at = match.end()
        if self.at < self.end and self.text[self.at] in ".-+_":
            raise self._error("{} does not belong to a version")
        return match

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at, self.end)
        taken = match[0] if match else ""
        self.at += len(taken)
        return taken

    def _compared(self, operator: str, at: int, match: re.Match[str]) -> Comparator:
        numbers = [match[1], match[2], match[3]]
        given = next(
            (Given(i) for i, n in enumerate(numbers) if n is None or n in _OPEN), Given.ALL
        )
        for index in range(given):
            number = numbers[index]
            if not number.isdigit():
                raise self._error(f"“{number}” is neither a number nor x", match.start(index + 1))
            if int(number) > LARGEST:
                raise self._error("this number is too large", match.start(index + 1))
        spelled = ".".join(str(int(n)) if i < given else "0" for i, n in enumerate(numbers))
        prerelease = f"-{match[4]}" if match[4] else ""
        if len(match[0]) > LONGEST_VERSION:
            raise self._error(f"a version has at most {LONGEST_VERSION} characters", at)
        for part in (match[4] or "").split("."):
            if part.isdigit() and part[0] == "0" and part != "0":
                raise self._error(f"“{part}” starts with a 0", match.start(4))
        return Comparator(
            _SPELLINGS.get(operator, operator),
            Version(spelled + prerelease),
            given,
            operator + match[0],
        )

    def _error(self, problem: str, at: int | None = None) -> InvalidConstraint:
        at = self.at if at is None else at
        word = _WORD.match(self.text, at, self.end)
        return InvalidConstraint(
            problem.format(f"“{word[0] if word else self.text[at : at + 1]}”"), self.text, at
        )
