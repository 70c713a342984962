"""How long a registry asks to wait."""

import re
import time
from email.utils import parsedate_to_datetime

from philotes_tui.registry.answer import Answer

SHORTEST = 1.0
"""Seconds; GHCR speaks of microseconds while it goes on refusing for longer."""
LONGEST = 24 * 3600.0

_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0,
}  # fmt: skip
_PART = r"\d{1,12}(?:\.\d{0,12})?(?:ns|us|µs|μs|ms|s|m|h)"
_GO_DURATION = re.compile(rf"(?:{_PART})+(?![\w.])")
_GO_PART = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)")
_IN_TEXT = re.compile(rf"retry[- ]?after:?\s*((?:{_PART})+)(?![\w.])", re.IGNORECASE)


def go_duration(text: str) -> float | None:
    """Return the seconds of a Go duration such as `880.092µs` or `1m30s`, else None."""
    if not _GO_DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _GO_PART.findall(text))


def retry_after(answer: Answer) -> float | None:
    """Return the seconds to wait, from the header or the body of a 429, within bounds.

    The header is whole seconds or a date (RFC 9110, 10.2.3); GHCR writes a Go
    duration into the body: `retry-after: 880.092µs, allowed: 44000/minute`.
    """
    seconds = _from_header(answer.headers.get("retry-after", "").strip())
    if seconds is None:
        text = " ".join(message for _, message in answer.errors())
        told = _IN_TEXT.search(text or answer.body[:4096].decode("utf-8", "replace"))
        seconds = go_duration(told[1]) if told else None
    return None if seconds is None else min(max(seconds, SHORTEST), LONGEST)


def _from_header(value: str) -> float | None:
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        return parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return go_duration(value)
