"""Text that somebody else wrote, made safe to show.

Tags, log lines, annotations and the errors of other programs can carry escape
sequences that move the cursor, retitle the terminal or forge lines. Everything
foreign passes through here once, at the boundary where it enters.
"""

import re

LINE_LIMIT = 4_000
"""Characters kept of one foreign line."""

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    # OSC, DCS, SOS, PM, APC: titles, links. One that never ends takes its own line with
    # it, as in a terminal, but not the lines after it.
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    # Their 8-bit form, only where it ends: wrongly decoded UTF-8 is full of its starts.
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x90\x98\x9c-\x9f\n]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]",  # two-character escapes
)
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 (but tab and line feed) and C1
    r"\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # bidi and invisible
    r"\xad\u034f\u115f\u1160\u180e\u3164\uffa0\U000e0000-\U000e007f"  # seen as nothing
    r"\ufff9-\ufffb\ud800-\udfff]"  # annotations, lone surrogates
)
_PULUMI_COLOUR = re.compile(r"<\{%[^%]{0,40}%\}>")


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return foreign text as one printable line of at most `limit` characters.

    Line breaks and tabs become spaces, escape sequences and control characters
    go, and a cut is marked with an ellipsis.
    """
    return clean_text(text, limit).replace("\n", " ").replace("\t", " ").strip()


def clean_text(text: str, limit: int = 64 * 1024) -> str:
    """Return foreign text with its line breaks, without anything a terminal obeys.

    Every line break that Python or a terminal knows becomes a line feed.

    Args:
        text: What the other side sent.
        limit: The most characters to keep, at least 1; the cut is marked with an ellipsis.
    """
    limit = max(limit, 1)
    if len(text) <= limit and text.isascii() and text.isprintable() and "<{%" not in text:
        return text  # most log lines; this is ten times as fast as the patterns
    bounded = text[: limit * 2 + 1024]  # bounds the work before the patterns run
    plain = _ESCAPE_SEQUENCE.sub("", _LINE_BREAK.sub("\n", bounded))
    plain = _PULUMI_COLOUR.sub("", _CONTROL.sub("", plain))
    if len(plain) > limit or len(text) > len(bounded):
        return plain[: limit - 1] + "…"
    return plain
