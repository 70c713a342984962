"""Chart versions: what parses, how they are ordered, and the tags they are stored under."""

import itertools

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.errors import InvalidReference
from philotes_tui.releases import Version

ORDERED = [
    *("0.0.0-0", "0.0.0", "0.1.0-alpha", "0.1.0-alpha.1", "0.1.0-alpha.beta", "0.1.0-beta"),
    *("0.1.0-beta.2", "0.1.0-beta.11", "0.1.0-rc.1", "0.1.0", "0.1.0+a", "0.1.0+b", "0.2.0"),
    *("0.10.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-1a", "1.0.0-a", "1.0.0", "10.0.0"),
]

# semver.org, items 9 to 11: each line in rising order, build metadata without a say.
ITEM_11 = [
    ("1.0.0", "2.0.0", "2.1.0", "2.1.1"),
    ("1.0.0-alpha", "1.0.0"),
    (
        *("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"),
        *("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"),
    ),
    ("1.0.0-0", "1.0.0-2", "1.0.0-10", "1.0.0--", "1.0.0-0a", "1.0.0-A", "1.0.0-a", "1.0.0-a-b"),
    ("1.0.0-99999999999999999998", "1.0.0-99999999999999999999", "1.0.0-a"),
]
identifiers = st.lists(
    st.from_regex(r"(0|[1-9][0-9]{0,3}|[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,3})", fullmatch=True),
    min_size=1,
    max_size=3,
).map(".".join)
numbers = st.integers(0, 12)
texts = st.builds(
    "{}.{}.{}{}{}".format,
    numbers,
    numbers,
    numbers,
    st.just("") | identifiers.map("-{}".format),
    st.just("") | identifiers.map("+{}".format),
)


@pytest.mark.parametrize("rising", ITEM_11, ids=lambda line: line[0])
def test_precedence_is_that_of_item_11(rising: tuple[str, ...]) -> None:
    keys = [Version.parse(text).precedence for text in rising]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    for text, key in zip(rising, keys, strict=True):
        assert Version.parse(f"{text}+any.1").precedence == key


@given(texts, texts)
def test_any_two_versions_are_ordered_as_another_library_orders_them(one: str, two: str) -> None:
    first, second = Version.parse(one), Version.parse(two)
    theirs = semver.Version.parse(one).compare(two)
    ours = (first.precedence > second.precedence) - (first.precedence < second.precedence)
    assert ours == theirs
    assert (first == second) is (one == two)
    assert (first < second) is not (first >= second)


@given(st.text("0123456789vVxaA.-+_ ", max_size=24) | st.text(max_size=12))
def test_any_text_is_a_version_exactly_where_another_library_says_so(text: str) -> None:
    try:
        version = Version.parse(text)
    except InvalidReference:
        assert not semver.Version.is_valid(text)
    else:
        assert semver.Version.is_valid(text)
        assert Version.lenient(text) == version


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("v1.2.3", "1.2.3"), ("1.2", "1.2.0"), ("1", "1.0.0"), ("v1-rc.1+b", "1.0.0-rc.1"),
     ("01.02.03", "1.2.3")],
)  # fmt: skip
def test_what_helm_takes_for_a_version_is_ordered_as_what_it_means(text: str, meaning: str) -> None:
    assert Version.lenient(text).precedence == Version.parse(meaning).precedence
    assert Version.lenient(text).text == text
    assert Version(text).precedence == Version.lenient(text).precedence


@pytest.mark.parametrize(
    ("text", "named", "others"),
    [("1.2.3", ["1.2.3", "v1.2.3"], ["1.2.4", "11.2.3", "1.2.3-rc.1", "1.2.3+b"]),
     ("v1.2.3", ["1.2.3", "v1.2.3"], ["1.2", "1.2.2", "2.2.3"]),
     ("1", ["1.0.0", "1.2.3"], ["2.0.0", "10.0.0", "1.2.3-rc.1", "1.2.3+b"]),
     ("1.2", ["1.2.0", "1.2.9"], ["1.3.0", "1.20.0"]),
     ("v1-rc.1", ["1.0.0-rc.1", "1.2.3-rc.1"], ["1.0.0", "1.0.0-rc.2", "1.0.0-RC.1"]),
     ("1.2.3+b.1", ["1.2.3+b.1"], ["1.2.3", "1.2.3+b.2", "1.2.3+b.01"])],
)  # fmt: skip
def test_a_tag_means_the_versions_that_begin_with_its_numbers(
    text: str, named: list[str], others: list[str]
) -> None:
    version = Version.lenient(text)
    assert [each for each in named + others if version.means(Version.lenient(each))] == named


@pytest.mark.parametrize("text", ["", "v", "V1", "1.", "1.2.3.4", "1.2.3-01", "latest", "x", "1_b"])
def test_what_helm_takes_for_no_version_is_none_here(text: str) -> None:
    with pytest.raises(InvalidReference):
        Version.lenient(text)


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("1.0.0", "stable"),
        ("1.0.0+rc", "stable"),
        ("1.0.0-rc.1", "rc"),
        ("1.0.0-RC2", "rc"),
        ("1.0.0-beta-2.x", "beta"),
        ("1.0.0-0", "pre-release"),
        ("1.0.0--", "pre-release"),
    ],
)
def test_the_channel_is_the_word_a_prerelease_starts_with(text: str, channel: str) -> None:
    assert Version.parse(text).channel == channel


def test_versions_are_ordered_as_semver_says() -> None:
    versions = [Version.parse(text) for text in ORDERED]
    mixed = sorted(versions, key=lambda version: version.text[::-1])
    assert mixed != versions
    assert sorted(mixed) == versions


def test_no_two_versions_are_equal_without_being_the_same() -> None:
    for first, second in itertools.combinations(map(Version.parse, ORDERED), 2):
        assert first < second
        assert second > first
        assert first != second
        assert semver.Version.parse(first.text).compare(second.text) <= 0


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.2", "v1.2.3", "V1.2.3", "01.2.3", "1.02.3", "1.2.3-", "1.2.3+", "1.2.3-01"),
        *("1.2.3-a..b", "1.2.3 ", " 1.2.3", "1.2.3\n", "1.2.3-ä", "1.٢.3", "1.2.3+a+b", "latest"),
        *("-1.2.3", "1.2.3_a", "1.2.3\x1b[0m", "1.2.3-\u202e", "1.2.x", "*", ">=1.2.3"),
    ],
)
def test_what_is_not_semver_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidReference, match=r"MAJOR\.MINOR\.PATCH") as raised:
        Version.parse(text)
    assert str(raised.value).isprintable()


def test_a_version_longer_than_a_tag_is_refused() -> None:
    assert Version.parse("1.2.3-" + "a" * 122).text.endswith("a")
    with pytest.raises(InvalidReference):
        Version.parse("1.2.3-" + "a" * 123)
    with pytest.raises(InvalidReference):
        Version.parse("9" * 100_000)


@pytest.mark.parametrize("text", [*ORDERED, "0.3.0-beta.1+build.7", "1.0.0-x-y+5114f85"])
def test_a_tag_leads_back_to_its_version(text: str) -> None:
    version = Version.parse(text)
    assert Version.from_tag(version.tag) == version
    assert "+" not in version.tag
    assert str(version) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.0.0", False), ("1.0.0+a-b", False), ("1.0.0-rc.1", True), ("0.0.0-0+x", True)],
)
def test_a_prerelease_is_told_from_build_metadata(text: str, expected: bool) -> None:
    assert Version.parse(text).is_prerelease is expected
