"""Which published versions are named for one that is not published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.releases import Version, catalog_from_tags
from philotes_tui.releases.nearest import nearest

TAGS = ("0.1.0", "0.2.0", "0.2.1", "0.3.0-rc.1", "1.0.0", "v1.2.3", "sha256-0.sig", "edge")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("9.9.9", ["v1.2.3", "1.0.0", "0.2.1"]),
        ("0.0.1", ["0.2.1", "0.2.0", "0.1.0"]),
        ("0.2.2", ["1.0.0", "0.2.1", "0.2.0"]),
        ("1.2.3", ["v1.2.3", "1.0.0", "0.2.1"]),
        ("v0.2.0", ["0.2.0", "0.2.1", "0.1.0"]),
        ("0.3.0-rc.2", ["1.0.0", "0.3.0-rc.1", "0.2.1"]),
        ("0.2", ["0.2.0", "0.2.1", "0.1.0"]),
    ],
)
def test_neighbours_are_named_and_first_what_means_the_same(
    version: str, expected: list[str]
) -> None:
    found = nearest(catalog_from_tags(TAGS), Version.lenient(version))
    assert [each.text for each in found] == expected


def test_pre_releases_are_named_where_there_is_nothing_else() -> None:
    catalog = catalog_from_tags(["0.1.0-rc.1", "0.1.0-rc.2"])
    found = nearest(catalog, Version.parse("0.1.0"))
    assert [each.text for each in found] == ["0.1.0-rc.2", "0.1.0-rc.1"]
    assert nearest(catalog_from_tags([]), Version.parse("0.1.0")) == ()


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3)), st.tuples(*[st.integers(0, 3)] * 3))
def test_no_published_version_lies_between_those_that_are_named(
    published: list[tuple[int, ...]], missing: tuple[int, ...]
) -> None:
    tags = {".".join(map(str, each)) for each in published if each != missing}
    version = Version.parse(".".join(map(str, missing)))
    found = nearest(catalog_from_tags(tags), version)
    assert len(found) == min(3, len(tags))
    if found:
        between = sorted([*found, version])
        left = [tag for tag in tags if between[0] < Version.parse(tag) < between[-1]]
        assert {Version.parse(tag) for tag in left} <= set(found)
