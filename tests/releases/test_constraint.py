"""Constraints: what they mean, how they are refused, and the order they keep to."""

import itertools
import operator
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_text
from philotes_tui.releases import (
    Constraint,
    InvalidConstraint,
    Version,
    catalog_from_tags,
    in_channel,
    newest,
)

TAILS = ("", "-alpha", "-alpha.2", "-rc.1", "-0")
GRID = [
    Version.parse(f"{major}.{minor}.{patch}{tail}")
    for major, minor, patch, tail in itertools.product((0, 1, 2), (0, 1, 2, 3), (0, 2, 3, 4), TAILS)
]
SIMPLE: dict[str, Callable[[Version, Version], bool]] = {
    "=": lambda v, b: v.precedence == b.precedence,
    "!=": lambda v, b: v.precedence != b.precedence,
    ">": lambda v, b: operator.gt(v.precedence, b.precedence),
    "<": lambda v, b: operator.lt(v.precedence, b.precedence),
    ">=": lambda v, b: operator.ge(v.precedence, b.precedence),
    "<=": lambda v, b: operator.le(v.precedence, b.precedence),
}

numbers = st.integers(0, 4)
words = st.sampled_from(["alpha", "beta.1", "rc.2", "0", "1a", "x-y"])
versions = st.builds(
    lambda a, b, c, pre, build: Version.parse(
        f"{a}.{b}.{c}{'-' + pre if pre else ''}{'+' + build if build else ''}"
    ),
    numbers,
    numbers,
    numbers,
    st.none() | words,
    st.none() | words,
)


def taken(text: str, *, prereleases: bool = False) -> set[str]:
    constraint = Constraint.parse(text)
    return {v.text for v in GRID if constraint.matches(v, prereleases=prereleases)}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("*", ">=0.0.0"),
        ("", "*"),
        ("1", ">=1.0.0 <2.0.0"),
        ("=1", ">=1.0.0 <2.0.0"),
        ("1.2", ">=1.2.0 <1.3.0"),
        ("1.2.x", ">=1.2.0 <1.3.0"),
        ("1.X", ">=1.0.0 <2.0.0"),
        ("1.*.*", ">=1.0.0 <2.0.0"),
        ("1.x.7", "1"),
        ("v1.2.3", "=1.2.3"),
        ("01.02.03", "1.2.3"),
        ("~1.2.3", ">=1.2.3 <1.3.0"),
        ("~>1.2.3", "~1.2.3"),
        ("~1.2", ">=1.2.0 <1.3.0"),
        ("~1", ">=1.0.0 <2.0.0"),
        ("~0.0.0", "*"),
        ("~*", "*"),
        ("^1.2.3", ">=1.2.3 <2.0.0"),
        ("^1.2", ">=1.2.0 <2.0.0"),
        ("^1", ">=1.0.0 <2.0.0"),
        ("^0.2.3", ">=0.2.3 <0.3.0"),
        ("^0.2", ">=0.2.0 <0.3.0"),
        ("^0.0.3", ">=0.0.3 <0.0.4"),
        ("^0.0", ">=0.0.0 <0.1.0"),
        ("^0", ">=0.0.0 <1.0.0"),
        ("^*", "=0.0.0"),
        ("1.2 - 2", ">=1.2.0 <3.0.0"),
        ("1.2 - 2.1.3", ">=1.2.0 <=2.1.3"),
        ("1.2.3 - 2.1", ">=1.2.3 <2.2.0"),
        (">1", ">=2.0.0"),
        (">1.2", ">=1.3.0"),
        (">=1.2", ">=1.2.0"),
        ("=>1.2", ">=1.2"),
        ("<1.2", "<1.2.0"),
        ("<=1.2", "<1.3.0"),
        ("=<1", "<2.0.0"),
        ("!=1", "<1.0.0 || >=2.0.0"),
        ("!=1.x", "!=1"),
        ("!=1.2", "<1.2.0 || >=1.3.0"),
        ("!=*", "!=0.0.0"),
        ("<=*", "<=0.0"),
        (">=1,<2", ">=1 <2"),
        (">=1 ,\t< 2", ">=1 <2"),
        ("~1.2.3-alpha.2", ">=1.2.3-alpha.2 <1.3.0-0"),
        ("^1.2.3-rc.1", ">=1.2.3-rc.1 <2.0.0-0"),
        ("1.2.3+build.7", "1.2.3"),
    ],
)
def test_a_short_form_takes_what_its_long_form_takes(short: str, long: str) -> None:
    assert taken(short) == taken(long)
    assert taken(long)


@pytest.mark.parametrize(
    ("constraint", "version", "expected"),
    [
        ("*", "1.2.3-rc.1", False),
        ("*-0", "1.2.3-rc.1", True),
        (">=1", "2.0.0-rc.1", False),
        (">=1-0", "2.0.0-rc.1", True),
        (">=1 <2-0", "1.2.3-rc.1", True),
        (">=1 || <0.0.1-0", "2.0.0-rc.1", False),
        ("~1.2.3-alpha.2", "1.2.4-rc.1", True),
        ("~1.2.3-alpha.2", "1.2.3-alpha", False),
        ("!=1.2-alpha", "1.2.0", True),
        ("!=1.2-alpha", "1.2.4-alpha", False),
        ("=1.2.3+a", "1.2.3+b", True),
        (">1.2.3+a", "1.2.3+b", False),
    ],
)
def test_a_prerelease_matches_only_where_its_group_names_one(
    constraint: str, version: str, expected: bool
) -> None:
    assert Constraint.parse(constraint).matches(Version.parse(version)) is expected


def test_prereleases_can_be_asked_for_beside_the_constraint() -> None:
    assert taken("~1.2", prereleases=True) == taken(">=1.2.0-a <1.3.0-0") - {
        v.text for v in GRID if v.precedence < Version.parse("1.2.0").precedence
    }
    assert taken("~1.2") < taken("~1.2", prereleases=True)


@given(st.sampled_from(sorted(SIMPLE)), versions, versions)
def test_simple_operators_agree_with_the_order(sign: str, bound: Version, version: Version) -> None:
    constraint = Constraint.parse(f"{sign}{bound}")
    assert constraint.matches(version, prereleases=True) is SIMPLE[sign](version, bound)


@given(versions, versions)
def test_build_metadata_never_changes_a_match(bound: Version, version: Version) -> None:
    for sign in (*SIMPLE, "~", "^"):
        constraint = Constraint.parse(f"{sign}{bound}")
        bare = Version.parse(version.text.partition("+")[0])
        assert constraint.matches(version) is constraint.matches(bare)


@given(st.text(max_size=30) | st.text(string.digits + "xX*v.-+~^<>=!|, \t", max_size=40))
def test_any_text_is_a_constraint_or_a_pointed_refusal(text: str) -> None:
    refusal: InvalidConstraint | None = None
    try:
        constraint = Constraint.parse(text)
    except InvalidConstraint as error:
        refusal = error
    if refusal is None:
        again = Constraint.parse(str(constraint))
        for version in GRID:
            assert again.matches(version) is constraint.matches(version)
            assert bool(constraint.explain(version)) is not constraint.matches(version)
        return
    assert 0 <= refusal.position <= len(text)
    line, caret = refusal.pointer.split("\n")
    assert line.isprintable()
    assert caret.strip() == "^"
    assert len(caret) <= len(line) + 1
    assert clean_text(str(refusal)) == str(refusal)


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        (">=1.2, <a", 8, "“a” is not a version"),
        ("1.2.3.4", 5, "“.4” does not belong to a version"),
        ("^1x", 1, "neither a number nor x"),
        ("1.2.3-rc.01", 6, "“01” starts with a 0"),
        (">=", 2, "a version is missing"),
        ("1 ||", 4, "a version is missing"),
        (" ", 1, "a version is missing"),
        ("1 | 2", 2, "a single |"),
        ("1,", 1, "nothing follows the comma"),
        ("1.2>3", 3, "a blank or a comma is missing"),
        (">1 - 2", 0, "takes no operator"),
        ("1 - 2 - 3", 6, "“-” is not a version"),
        (">0.1 1 - 2", 5, "comma before a hyphen range"),
        ("1||2 - 3", 3, "blank between || and a hyphen range"),
        ("1 - 2||3", 5, "blanks between a hyphen range and ||"),
        ("18446744073709551616", 0, "too large"),
        (f"1.2.3-{'a' * 300}", 0, "at most 256 characters"),
        (" || ".join("1" * 33), 159, "more than 32 groups"),
        ("1 " * 257, 512, "longer than 512 bytes"),
        ("V1", 0, "“V1” is not a version"),
        ("1.2.3 é", 6, "“é” is not a version"),
        ("1.2.3\x0b>1", 5, "is missing before"),
    ],
)
def test_a_refusal_points_at_the_place(text: str, position: int, problem: str) -> None:
    with pytest.raises(InvalidConstraint) as raised:
        Constraint.parse(text)
    assert problem in raised.value.what
    assert raised.value.position == position
    assert isinstance(raised.value, InvalidReference)
    line, caret = raised.value.pointer.split("\n")
    assert len(line) <= 62
    if position < len(text) and text[position].isprintable():
        assert line[caret.index("^")] == text[position]


def test_a_place_far_inside_is_shown_with_its_surroundings() -> None:
    with pytest.raises(InvalidConstraint) as raised:
        Constraint.parse("1.2.3, " * 20 + "oh no, " + "4.5.6, " * 20)
    line, caret = raised.value.pointer.split("\n")
    assert line.startswith("…")
    assert line.endswith("…")
    assert line[caret.index("^") :].startswith("oh no")


def test_escape_sequences_in_a_constraint_are_not_shown() -> None:
    with pytest.raises(InvalidConstraint) as raised:
        Constraint.parse(">=1 \x1b[31m<2")
    assert "\x1b" not in raised.value.pointer + str(raised.value)


def test_the_limits_themselves_are_allowed() -> None:
    assert len(Constraint.parse("||".join("1" * 32)).groups) == 32
    assert Constraint.parse("1" + " " * 511).matches(Version.parse("1.0.0"))
    assert Constraint.parse("=18446744073709551615.0.0").matches(
        Version.parse("18446744073709551615.0.0")
    )


def test_why_a_version_is_refused_is_told_for_each_group() -> None:
    constraint = Constraint.parse(">=1 <2 || ~3.1")
    assert constraint.explain(Version.parse("2.5.0")) == (
        "2.5.0 is not <2",
        "2.5.0 is not ~3.1",
    )
    assert constraint.explain(Version.parse("1.5.0-rc.1"))[0] == (
        "1.5.0-rc.1 is a pre-release, and “>=1 <2” names none"
    )
    assert constraint.explain(Version.parse("1.5.0")) == ()


CATALOG = catalog_from_tags(
    ["0.9.0", "1.0.0", "1.1.0-rc.1", "1.1.0-beta.2", "1.0.0_b", "v2.0.0", "1.2", "2.0.0-0"]
)


def test_the_newest_release_may_be_a_prerelease_only_when_asked() -> None:
    found = newest(CATALOG, Constraint.parse(">=1"), prereleases=True)
    assert found is not None
    assert found.version == Version.parse("2.0.0-0")


def test_channels_are_stable_and_the_words_prereleases_start_with() -> None:
    assert CATALOG.channels == ("pre-release", "rc", "beta", "stable")
    taken_by = {
        channel: [r.tag for r in CATALOG.releases if in_channel(r.version, channel)]
        for channel in ("stable", "RC", "beta", "pre-release", "all", "alpha")
    }
    assert taken_by == {
        "stable": ["1.0.0_b", "1.0.0", "0.9.0"],
        "RC": ["1.1.0-rc.1"],
        "beta": ["1.1.0-beta.2"],
        "pre-release": ["2.0.0-0"],
        "all": [release.tag for release in CATALOG.releases],
        "alpha": [],
    }
