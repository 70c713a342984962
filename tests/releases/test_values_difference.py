"""Values compared key by key: nothing is missed, nothing is made up, and it is bounded."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.releases import ChartContent, Dependency
from philotes_tui.releases.default_values import TooLarge, default_values, parsed_values
from philotes_tui.releases.difference import COMMENTS, WITHOUT_EFFECT, difference
from philotes_tui.releases.values_difference import key_differences

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=10) | st.dictionaries(st.text(max_size=3), below, max_size=4)
    ),
    max_leaves=15,
)
MAPPINGS = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)


def told(before: str, after: str) -> list[str]:
    """Each difference as `change key before after`, values in JSON."""
    old, new = parsed_values(before), parsed_values(after)
    assert old is not None
    assert new is not None
    return [
        f"{each.change} {each.key} {json.dumps(each.before)} {json.dumps(each.after)}"
        for each in key_differences(old, new)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a: {b: 1}", "a: {b: 2}", ["changed a.b 1 2"]),
        ("a: 1", "a: 1\nb: {c: x, d: {}}", ['added b.c null "x"', "added b.d null {}"]),
        ("a: 1\nb: [1]", "a: 1", ["removed b [1] null"]),
        ("port: '80'", "port: 80", ['changed port "80" 80']),
        ("on: 1", "on: 1.0", ["changed true 1 1.0"]),
        ("a: true", "a: 1", ["changed a true 1"]),
        ("a: 0", "a: false", ["changed a 0 false"]),
        ("a: null", "a: {b: 1}", ['changed a null {"b": 1}']),
        ("a: {}", "a: {b: 1}", ["added a.b null 1"]),
        ("a: [1, 2]", "a: [1, 2, 3]", ["changed a [1, 2] [1, 2, 3]"]),
        ("d: 2024-01-02", "d: '2024-01-02'", []),
        ("a.b: 1", "a.b: 2", ["changed a\\.b 1 2"]),
        ("'x[0]': 1", "'x[0]': 2", ["changed x\\[0\\] 1 2"]),
        ("a: 1\nb: 2", "b: 2\na: 1", []),
        ("# one\na: 1", "a: 1 # two", []),
        ("", "a: 1", ["added a null 1"]),
        ("s: !!set {a, b, c}", "s: !!set {c, b, a}", []),
    ],
)
def test_each_value_is_told_by_its_key(before: str, after: str, expected: list[str]) -> None:
    assert told(before, after) == expected


def test_entries_of_lists_are_told_by_index_and_one_more_moves_none_of_them() -> None:
    before = "env: [{name: A, value: 1}, {name: B, value: 2}]"
    after = "env: [{name: N, value: 0}, {name: A, value: 1}, {name: B, value: 3}]"
    assert told(before, after) == [
        'added env[0].name null "N"',
        "added env[0].value null 0",
        "changed env[2].value 2 3",
    ]


def test_long_lists_are_told_entry_by_entry() -> None:
    before, after = list(range(20)), [*range(9), *range(10, 21)]
    assert told(f"a: {before}", f"a: {after}") == ["removed a[9] 9 null", "added a[19] null 20"]


@given(MAPPINGS, MAPPINGS)
def test_nothing_differs_exactly_where_the_values_are_the_same(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert key_differences(before, before) == ()
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    assert (key_differences(before, after) == ()) == same


@given(MAPPINGS, MAPPINGS)
def test_what_is_added_one_way_is_removed_the_other_way(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    there, back = key_differences(before, after), key_differences(after, before)
    assert len(there) == len(back)
    count = sum(each.change == "added" for each in there)
    assert count == sum(each.change == "removed" for each in back)


def bomb(leaf: int) -> str:
    lines = [f"l0: &l0 [{leaf}, {leaf}]"]
    lines += [
        f"l{n}: &l{n} {{{', '.join(f'k{i}: *l{n - 1}' for i in range(9))}}}" for n in range(1, 12)
    ]
    return "\n".join(lines)


def test_values_that_unfold_without_end_are_told_as_text_within_a_second() -> None:
    before = ChartContent("whole", "1.0.0", values=bomb(1))
    after = ChartContent("whole", "1.0.0", values=bomb(2))
    begun = time.monotonic()
    found = difference(before, after)
    assert time.monotonic() - begun < 5
    assert found.keys is None
    assert "-l0: &l0 [1, 1]" in found.values[0].lines


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "[" * 40 + "]" * 40, "a: {"])
def test_values_without_a_bottom_or_form_are_told_as_text(text: str) -> None:
    before = ChartContent("whole", "1.0.0", values=text)
    found = difference(before, ChartContent("whole", "1.0.0", values="a: 1\n"))
    assert found.keys is None
    assert found.values


def whole(umbrella: str, own: str) -> ChartContent:
    api = ChartContent("api", "1.0.0", values=own)
    return ChartContent(
        "whole", "1.0.0", values=umbrella, dependencies=(Dependency("api", "1.0.0", content=api),)
    )


def test_values_of_subcharts_stand_below_their_key_with_their_parents_on_top() -> None:
    values = default_values(whole("api: {a: 1, n: null}\n", "a: 0\nb: {c: 2}\nn: 3\n"))
    assert values == {"api": {"a": 1, "b": {"c": 2}}}
    found = difference(whole("", "replicaCount: 1\n"), whole("", "replicaCount: 2\n"))
    assert [(each.key, each.before, each.after) for each in found.keys or ()] == [
        ("api.replicaCount", 1, 2)
    ]


def test_a_file_that_makes_no_difference_is_told_with_the_reason() -> None:
    found = difference(whole("api: {a: 5}\n", "a: 1\n"), whole("api: {a: 5}\n", "a: 2\n"))
    assert (found.keys, found.silent) == ((), (("charts/api/values.yaml", WITHOUT_EFFECT),))
    found = difference(whole("", "a: 1\n"), whole("", "a: 1 # why\n"))
    assert (found.keys, found.silent) == ((), (("charts/api/values.yaml", COMMENTS),))
    assert difference(whole("", "a: 1\n"), whole("", "a: 2\n")).silent == ()


def test_values_that_stand_too_deep_are_refused() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = {"a": deep}
    with pytest.raises(TooLarge):
        key_differences(deep, {"a": deep})
