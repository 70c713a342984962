"""Property values made safe, and property paths."""

import pytest

from philotes_tui.engine.diff import format_path, has, lookup, parse_path
from philotes_tui.engine.values import plain, without_credentials

SIGNATURE = "4dabf18193072939515e22adb298388d"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('a["c.d"].e', ("a", "c.d", "e")),
        ('["with \\"quote\\""]', ('with "quote"',)),
        ("metadata.annotations.checksum/config", ("metadata", "annotations", "checksum/config")),
        ("a[*]", ("a", "*")),
        ('broken["x', ("broken", "x")),
        ("", ()),
    ],
)
def test_a_path_is_split_into_its_steps(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("path", [("a", "b", 0), ("a", "c.d"), ('q"', "\\"), ("0",), ("a b",)])
def test_a_path_is_read_as_it_was_written(path: tuple[str | int, ...]) -> None:
    assert parse_path(format_path(path)) == path


def test_nothing_is_found_where_nothing_stands() -> None:
    value = {"a": [{"b": None}]}
    assert has(value, ("a", 0, "b"))
    assert lookup(value, ("a", 1)) is None
    assert not has(value, ("a", 1))
    assert not has(value, ("a", "b"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"x"'}, "[secret]"),
        ({SIGNATURE: "invented tomorrow", "value": "x"}, "[secret]"),
        ({SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}, "[asset]"),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "x"}, "x"),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "x", "secret": True}, "[secret]"),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}, "(known after deploy)"),
        ({SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x"}, "urn:x"),
        ("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "(known after deploy)"),
        ({"a": ["\x1b[31mred", 1, None, True]}, {"a": ["red", 1, None, True]}),
    ],
)
def test_a_value_is_shown_without_what_must_not_be_seen(value: object, shown: object) -> None:
    assert plain(value) == shown


def test_a_value_nested_without_end_is_cut() -> None:
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    assert "…" in repr(plain(deep))


def test_the_user_of_a_url_is_masked_and_a_digest_is_not() -> None:
    assert without_credentials("s3://u:p@host/x") == "s3://[secret]@host/x"
    reference = "oci://host:5000/charts/philotes@sha256:abc"
    assert without_credentials(reference) == reference
