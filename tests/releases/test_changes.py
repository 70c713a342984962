"""What changed between two listings of a repository."""

from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.releases import CachedTags, Gone, Moved, New, changes
from philotes_tui.releases.changes import MOST_VANISHED

names = st.sampled_from(["0.1.0", "0.2.0", "0.3.0", "latest"])
listings = st.builds(
    lambda digests, more: CachedTags(tuple({*digests, *more}), 1.0, digests),
    st.dictionaries(names, st.sampled_from(["sha256:1", "sha256:2"])),
    st.lists(names),
)


def test_new_gone_and_moved_tags_are_told() -> None:
    before = CachedTags(("a", "b", "c", "d"), 1.0, {"a": "sha256:1", "b": "sha256:2", "d": "x"})
    after = CachedTags(("d", "b", "a", "e"), 2.0, {"a": "sha256:9", "b": "sha256:2"})
    assert changes(before, after) == (Moved("a", "sha256:1", "sha256:9"), New("e"), Gone("c"))


def test_nothing_is_new_where_nothing_was_known() -> None:
    assert changes(None, CachedTags(("a",), 1.0)) == ()


@given(listings, listings)
def test_changes_lead_from_one_listing_to_the_other(before: CachedTags, after: CachedTags) -> None:
    found = changes(before, after)
    tags = set(before.tags)
    for change in found:
        match change:
            case New(tag):
                assert tag not in tags
                tags.add(tag)
            case Gone(tag):
                tags.remove(tag)
            case Moved(tag, was, now):
                assert (before.digests[tag], after.digests[tag]) == (was, now)
                assert was != now
    assert tags == set(after.tags)
    assert changes(after, after) == ()
    assert len(set(found)) == len(found)


def test_a_listing_is_never_younger_than_now() -> None:
    seen = CachedTags((), 100.0)
    assert seen.age(160.0) == 60.0
    assert seen.age(40.0) == 0.0


def test_digests_are_those_of_listed_tags_only() -> None:
    seen = CachedTags(("a", "b"), 1.0, {"a": "sha256:1"}).with_digests({"b": "y", "c": "z"})
    assert dict(seen.digests) == {"a": "sha256:1", "b": "y"}
    again = seen.listed_again(["b", "c", "b"], 2.0)
    assert again == CachedTags(("b", "c"), 2.0, {"b": "y"}, {"a": "sha256:1"})


def test_a_tag_that_was_not_listed_for_a_while_is_compared_with_what_it_was() -> None:
    first = CachedTags(("a", "b"), 1.0, {"a": "sha256:1", "b": "sha256:2"})
    without = first.listed_again(["b"], 2.0)
    assert dict(without.digests) == {"b": "sha256:2"}
    back = without.listed_again(["a", "b"], 3.0)
    assert dict(back.digests) == {"b": "sha256:2", "a": "sha256:1"}
    now = CachedTags(("a", "b"), 3.0).with_digests({"a": "sha256:9", "b": "sha256:2"})
    assert changes(without, now) == (Moved("a", "sha256:1", "sha256:9"), New("a"))
    assert without.last_digest("a") == back.last_digest("a") == "sha256:1"
    assert without.last_digest("c") == ""


def test_an_empty_listing_between_two_long_ones_hides_no_move() -> None:
    tags = [f"0.{number}.0" for number in range(9_000)]
    before = CachedTags(tuple(tags), 1.0, dict.fromkeys(tags, "sha256:1"))
    again = before.listed_again([], 2.0).listed_again(tags, 3.0)
    found = changes(again, again.with_digests(dict.fromkeys(tags, "sha256:2")))
    assert len(found) == len(tags)


def test_what_is_remembered_of_tags_that_vanished_is_bounded() -> None:
    tags = [f"0.0.{number}" for number in range(MOST_VANISHED + 1)]
    seen = CachedTags((tags[0],), 1.0, {tags[0]: f"sha256:{tags[0]}"})
    later = {tag: f"sha256:{tag}" for tag in tags[1:]}
    seen = seen.listed_again(later, 2.0).with_digests(later).listed_again([], 3.0)
    assert len(seen.vanished) == MOST_VANISHED
    assert seen.last_digest(tags[0]) == ""
    assert seen.last_digest(tags[-1]) == f"sha256:{tags[-1]}"
