"""How long a registry asks to wait, in the forms that registries write it."""

import time
from email.utils import formatdate

import pytest

from philotes_tui.registry.answer import Answer
from philotes_tui.registry.duration import LONGEST, SHORTEST, go_duration, retry_after


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("880.092µs", 880.092e-6),
        ("880.092μs", 880.092e-6),
        ("12us", 12e-6),
        ("3ns", 3e-9),
        ("250ms", 0.25),
        ("1.5s", 1.5),
        ("1m30s", 90),
        ("1h0m0.5s", 3600.5),
        ("", None),
        ("5", None),
        ("s", None),
        ("1 s", None),
        ("1d", None),
        ("-1s", None),
        ("1e9s", None),
    ],
)
def test_a_go_duration_is_read_in_seconds(text: str, seconds: float | None) -> None:
    assert go_duration(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("17", b"", 17),
        ("0", b"", SHORTEST),
        ("1.5s", b"", 1.5),
        ("9" * 50, b"", LONGEST),
        ("", b"retry-after: 880.092\xc2\xb5s, allowed: 44000/minute", SHORTEST),
        ("", b"Retry-After: 1m30s, allowed: 1/minute", 90),
        ("", b'{"errors":[{"code":"X","message":"retry-after: 2.5s\\u002c allowed"}]}', 2.5),
        ("30", b"retry-after: 90s", 30),
        ("soon", b"", None),
        (f"Mon, 20 Nov {'9' * 15} 00:00:00 GMT", b"", None),
        (f"Mon, 20 Nov 2020 00:00:00 +{'9' * 15}", b"", None),
        ("", b"slow down", None),
        ("", b"retry-after: soon", None),
        ("", b"\xff\xfe", None),
    ],
)
def test_the_wait_comes_from_the_header_or_the_body(
    header: str, body: bytes, seconds: float | None
) -> None:
    headers = {"retry-after": header} if header else {}
    assert retry_after(Answer(429, "http://h", headers, body)) == seconds


def test_a_date_is_a_wait_from_now() -> None:
    header = formatdate(time.time() + 100, usegmt=True)
    seconds = retry_after(Answer(429, "http://h", {"retry-after": header}))
    assert seconds is not None
    assert 90 < seconds < 101
    past = formatdate(time.time() - 100, usegmt=True)
    assert retry_after(Answer(429, "http://h", {"retry-after": past})) == SHORTEST
