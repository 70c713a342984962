"""Chart versions: what parses, how they are ordered, and the tags they are stored under."""

import itertools

import pytest
import semver

from philotes_tui.errors import InvalidReference
from philotes_tui.releases import Version

ORDERED = [
    *("0.0.0-0", "0.0.0", "0.1.0-alpha", "0.1.0-alpha.1", "0.1.0-alpha.beta", "0.1.0-beta"),
    *("0.1.0-beta.2", "0.1.0-beta.11", "0.1.0-rc.1", "0.1.0", "0.1.0+a", "0.1.0+b", "0.2.0"),
    *("0.10.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-1a", "1.0.0-a", "1.0.0", "10.0.0"),
]


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
