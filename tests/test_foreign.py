"""Foreign text loses everything a terminal obeys, and keeps what a person reads."""

import itertools
import time
import unicodedata

import pytest

from philotes_tui.foreign import LINE_LIMIT, clean_line, clean_text

ESC = "\x1b"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param(
            "Deployment philotes-api is ready", "Deployment philotes-api is ready", id="plain"
        ),
        pytest.param("größer 版本 🚀 é", "größer 版本 🚀 é", id="unicode"),
        pytest.param("👩\u200d🚀", "👩\u200d🚀", id="emoji-joined"),
        pytest.param(f"{ESC}[31mred{ESC}[0m", "red", id="colour"),
        pytest.param(f"{ESC}[38;2;1;2;3mred{ESC}[m", "red", id="true-colour"),
        pytest.param(f"{ESC}[2J{ESC}[1;1Hgone", "gone", id="clear-screen"),
        pytest.param(f"{ESC}[?1049hx{ESC}[>0q", "x", id="private-modes"),
        pytest.param(f"{ESC}]0;title\x07x", "x", id="title-to-bell"),
        pytest.param(f"{ESC}]8;;http://h{ESC}\\link{ESC}]8;;{ESC}\\", "link", id="link-to-st"),
        pytest.param(f"{ESC}]52;c;cm0gLXJm\x07x", "x", id="clipboard"),
        pytest.param(f"{ESC}P1$r{ESC}\\x", "x", id="dcs"),
        pytest.param(f"{ESC}_apc{ESC}\\x{ESC}^pm{ESC}\\y{ESC}Xsos{ESC}\\z", "xyz", id="apc-pm-sos"),
        pytest.param(f"{ESC}cx{ESC}7y{ESC}(Bz", "xyz", id="two-characters"),
        pytest.param("\x9b31mx\x9d0;t\x9cy\x90q\x9cz", "xyz", id="eight-bit"),
        pytest.param(f"{ESC}{ESC}[31mx", "x", id="escaped-escape"),
        pytest.param(f"x{ESC}", "x", id="escape-at-the-end"),
        pytest.param("a\x00b\x07c\x08d\x7fe\x9ff", "abcdef", id="controls"),
        pytest.param("a\u202etxt\u202c\u2066b\u2069", "atxtb", id="bidi"),
        pytest.param("0.2\u200b.0\u00ad\u034f\u3164\U000e0041", "0.2.0", id="invisible"),
        pytest.param("a\ud800b\udfffc", "abc", id="lone-surrogates"),
        pytest.param("<{%reset%}>+ <{%fg 2%}>created<{%reset%}>", "+ created", id="pulumi-colour"),
        pytest.param(f"<{{%re{ESC}[0mset%}}>x", "x", id="pulumi-colour-hidden-by-an-escape"),
        pytest.param("<{%" + "x" * 41 + "%}>", "<{%" + "x" * 41 + "%}>", id="not-a-colour"),
        pytest.param("[/bold] [red]x", "[/bold] [red]x", id="markup-is-text"),
        pytest.param("  a\tb  ", "a b", id="tab"),
    ],
)
def test_a_line_shows_only_what_a_person_reads(sent: str, shown: str) -> None:
    assert clean_line(sent) == shown


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_line_break_is_a_line_feed_in_text_and_a_space_in_a_line(mark: str) -> None:
    assert clean_text(f"one{mark}two") == "one\ntwo"
    assert clean_line(f"one{mark}two") == "one two"


def test_a_line_stays_one_line_whatever_it_is_made_of() -> None:
    pieces = [
        ESC,
        "[",
        "]",
        "31m",
        "0;t",
        "\x07",
        "\\",
        "\r",
        "\n",
        "\x9b",
        "\u2028",
        "\u202e",
        "<{%",
        "%}>",
        "a",
    ]
    for mixed in itertools.product(pieces, repeat=4):
        line = clean_line("".join(mixed))
        assert len(line.splitlines()) <= 1
        assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cs"}]
        assert "\u202e" not in line


def test_cleaning_twice_changes_nothing_more() -> None:
    pieces = [ESC, "[", "]", "0;t", "\x07", "\r", "\x9b", "\u202e", "a", " "]
    for mixed in itertools.product(pieces, repeat=4):
        once = clean_line("".join(mixed))
        assert clean_line(once) == once


def test_no_character_of_unicode_gets_through_that_moves_the_cursor() -> None:
    kept = [c for c in map(chr, range(0x110000)) if c in clean_text(f"a{c}b")]
    controls = [c for c in kept if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert controls == ["\t", "\n"]
    assert [c for c in kept if unicodedata.bidirectional(c) in turning] == []


def test_a_title_that_never_ends_hides_its_own_line_only() -> None:
    assert clean_text(f"one\n{ESC}]0;two\nthree") == "one\n\nthree"


@pytest.mark.parametrize("limit", [0, 1, 2, 60, LINE_LIMIT])
@pytest.mark.parametrize("piece", ["a", "ä", f"{ESC}[1m", f"{ESC}[1ma", "\r\n", "<{%fg 1%}>b"])
def test_no_text_grows_beyond_its_limit_and_a_cut_is_marked(limit: int, piece: str) -> None:
    cleaned = clean_text(piece * 10_000, limit)
    assert len(cleaned) <= max(limit, 1)
    assert cleaned.endswith("…")


@pytest.mark.parametrize("spare", [0, 1])
def test_text_as_long_as_its_limit_is_not_cut(spare: int) -> None:
    assert clean_text("a" * (60 - spare), 60) == "a" * (60 - spare)
    assert clean_text("é" * (60 - spare), 60) == "é" * (60 - spare)
    assert clean_text("a\r\n" * (30 - spare), 60) == "a\n" * (30 - spare)


def test_colours_do_not_count_against_the_limit() -> None:
    coloured = "".join(f"{ESC}[3{n % 8}m{n % 10}" for n in range(60))
    assert len(clean_line(coloured, 60)) == 60


@pytest.mark.parametrize(
    "piece",
    [ESC, f"{ESC}]", f"{ESC}[", "<{%", f"{ESC}[1;", f"{ESC}[ ", f"{ESC}P{ESC}", "\x9d", "\r"],
)
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    text = piece * (64 * 1024)
    clean_text(text)
    started = time.perf_counter()
    clean_text(text)
    assert time.perf_counter() - started < 0.5  # a quadratic pattern takes minutes


def test_wrongly_decoded_text_loses_its_controls_and_nothing_else() -> None:
    assert (
        clean_line("the “api” chart is ready".encode().decode("latin-1"))
        == "the âapiâ chart is ready"
    )
