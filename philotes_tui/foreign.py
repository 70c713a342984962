"""Text that somebody else wrote, made safe to show.

Tags, log lines, annotations and the errors of other programs can carry escape
sequences that move the cursor, retitle the terminal or forge lines. Everything
foreign passes through here once, at the boundary where it enters.
"""

import re

LINE_LIMIT = 4_000
"""Characters kept of one foreign line."""

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC, DCS, SOS, PM, APC: titles, links
    r"|\x1b[ -/]*[0-~]"  # two-character escapes
    r"|\x9b[0-?]*[ -/]*[@-~]",  # the 8-bit form of CSI
    re.DOTALL,
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 (but tab and line feed) and C1
    r"\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # bidi and invisible
    r"\ufff9-\ufffb\ud800-\udfff]"  # annotations, lone surrogates
)
_PULUMI_COLOUR = re.compile(r"<\{%[^%]{0,40}%\}>")


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return foreign text as one printable line of at most `limit` characters.

    Line feeds and tabs become spaces, escape sequences and control characters
    go, and a cut is marked with an ellipsis.
    """
    return clean_text(text, limit).replace("\n", " ").replace("\t", " ").strip()


def clean_text(text: str, limit: int = 64 * 1024) -> str:
    """Return foreign text with its line breaks, without anything a terminal obeys.

    Args:
        text: What the other side sent.
        limit: The most characters to keep; the cut is marked with an ellipsis.
    """
    bounded = text[: limit * 2 + 1024]  # bounds the work before the patterns run
    bounded = bounded.replace("\r\n", "\n").replace("\r", "\n")
    plain = _CONTROL.sub("", _ESCAPE_SEQUENCE.sub("", _PULUMI_COLOUR.sub("", bounded)))
    if len(plain) > limit or len(text) > len(bounded) + text.count("\r\n"):
        return plain[: limit - 1] + "…"
    return plain
