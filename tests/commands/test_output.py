"""What commands print with: JSON that every reader parses, ages, sizes, text of others."""

import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.cli.output import (
    LONG_LIST,
    age,
    as_json,
    encoded,
    printable,
    short_digest,
    size,
)

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=4), _VALUES), st.integers(0, 2 * LONG_LIST), st.text("}{, x")
)
def test_json_is_read_back_as_it_was(document: dict[str, object], count: int, text: str) -> None:
    whole = {**document, "entries": [{"n": n, "text": f"a\nb{text}"} for n in range(count)]}
    assert json.loads(as_json(whole)) == whole


@given(st.text('\x1b\x7f\x80\x9b\x9f\xa0éa\\"', max_size=12))
def test_json_holds_nothing_that_a_terminal_obeys_and_is_read_back_as_it_was(text: str) -> None:
    printed = encoded(as_json({"text": text, "many": [{text: text}] * (LONG_LIST + 1)}))
    shown = printed.decode().replace("\n", "")
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", shown)
    assert json.loads(printed) == {"text": text, "many": [{text: text}] * (LONG_LIST + 1)}


def test_numbers_that_json_has_not_are_text_as_yaml_writes_them() -> None:
    strange = {"a": [math.nan, 1.5], "b": {"c": math.inf}, "d": -math.inf}
    told = as_json({"one": strange, "many": [strange] * (LONG_LIST + 1)})

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    read = json.loads(told, parse_constant=refuse)
    assert read["one"] == {"a": [".nan", 1.5], "b": {"c": ".inf"}, "d": "-.inf"}
    assert read["many"] == [read["one"]] * (LONG_LIST + 1)


def test_entries_of_a_long_list_are_lines() -> None:
    lines = as_json({"a": 1, "entries": [{"n": n} for n in range(LONG_LIST + 1)]}).splitlines()
    assert '    {"n": 7},' in lines
    assert '  "a": 1,' in lines


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3_599, "59 min")),
        *((3_600, "1 h"), (86_400, "1 d"), (400 * 86_400, "1 y")),
    ],
)
def test_an_age_is_in_its_largest_unit(seconds: float, shown: str) -> None:
    assert age(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (3 << 20, "3.0 MiB")],
)
def test_a_size_is_in_binary_units(count: int, shown: str) -> None:
    assert size(count) == shown


def test_a_digest_is_cut_to_its_first_digits() -> None:
    assert short_digest(f"sha256:{'0123456789abcdef' * 4}") == "0123456789ab"


def test_text_of_others_keeps_all_that_yaml_allows_and_nothing_a_terminal_obeys() -> None:
    text = "tab:\tend\r\nline: “é” \u200b🙂\x85\n"
    assert printable(text) == text
    assert printable("a\x1b]0;x\x07b\x9bc\x00\x7f") == "a]0;xbc"
