"""The list of versions as their details arrive."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from rich.text import Text
from textual.pilot import Pilot

from philotes_tui.errors import RegistryDenied, RegistryError, RegistryUnreachable
from philotes_tui.releases import CachedTags, Moved, Version
from philotes_tui.releases.details import COSIGN, PROVENANCE, Signature
from philotes_tui.tui import columns, listing
from philotes_tui.tui.screens.error_dialog import ErrorDialog
from philotes_tui.tui.screens.help import HelpDialog
from philotes_tui.tui.screens.releases import ReleasesScreen
from tests.tui import acts, walk
from tests.tui.stage import Stage, before, details_for, screen_text, until

pytestmark = pytest.mark.anyio

WIDE = (140, 40)
NEWEST_FIRST = ["0.10.0-alpha", "0.3.0-rc.1", "0.3.0-beta.1_build.5", "0.2.1", "0.2.0"]


def line_of(pilot: Pilot[Any], version: str) -> str:
    lines = screen_text(walk.app_of(pilot)).splitlines()
    return next((line for line in lines if line.startswith(f" {version} ")), "")


def on_screen(pilot: Pilot[Any]) -> ReleasesScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ReleasesScreen)
    return screen


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "philotes-read"]


async def test_details_are_asked_for_newest_first_and_fill_their_cells(stage: Stage) -> None:
    signed = (Signature(COSIGN, "sha256:1"), Signature(PROVENANCE, "sha256:2"))
    told = details_for(Version("0.2.0"))
    stage.charts.details["0.2.0"] = told.__class__(
        **{**told.__dict__, "signatures": signed, "deprecated": True, "size": 123_456}
    )
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "120.6 KiB" in line_of(pilot, "0.2.0"))
        assert "cosign +1" in line_of(pilot, "0.2.0")
        assert "deprecated" in line_of(pilot, "0.2.0")
        assert "4 d" in line_of(pilot, "0.2.1")
        assert stage.charts.asked_for[:5] == NEWEST_FIRST
        assert len(stage.charts.asked_for) == 8
        assert "…" not in line_of(pilot, "0.1.0")


async def test_the_tags_stand_before_any_details_and_nothing_moves_when_they_come(
    stage: Stage,
) -> None:
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        before = line_of(pilot, "0.1.1")
        assert "…" in before
        await pilot.press("j", "j")
        heading, current = screen_text(app).splitlines()[4], table.current
        gate.open()
        await until(pilot, lambda: "…" not in line_of(pilot, "0.1.1"))
        assert screen_text(app).splitlines()[4] == heading
        assert table.current == current
        assert line_of(pilot, "0.1.1").index("no") == before.index("…", before.index("…") + 34)


async def test_what_was_read_before_stands_at_once_and_signatures_are_waited_for(
    stage: Stage,
) -> None:
    gate = stage.charts.details_gate = stage.gate()
    stage.charts.kept["0.2.0"] = before(Version("0.2.0"))
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        await until(pilot, lambda: "42.0 KiB" in line_of(pilot, "0.2.0"))
        assert "…" in line_of(pilot, "0.2.0")
        assert "KiB" not in line_of(pilot, "0.2.1")
        gate.open()
        await until(pilot, lambda: "…" not in line_of(pilot, "0.2.0"))


async def test_a_narrow_terminal_has_the_age_and_whether_signed_and_marks_what_is_deprecated(
    stage: Stage,
) -> None:
    told = details_for(Version("0.2.0"))
    stage.charts.details["0.2.0"] = told.__class__(**{**told.__dict__, "deprecated": True})
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "! depr" in line_of(pilot, "0.2.0"))
        heading = screen_text(app).splitlines()[4].split("  ")
        assert [h.strip() for h in heading if h.strip()] == [
            *("version", "kind", "age", "signed", "deployed on")
        ]
        await pilot.resize_terminal(60, 16)
        await until(pilot, lambda: "signed" not in screen_text(app))
        assert "deployed on" in screen_text(app)
        assert "! depr" in line_of(pilot, "0.2.0")


async def test_a_version_that_cannot_be_read_shows_a_question_mark_and_why(stage: Stage) -> None:
    stage.charts.details["0.2.0"] = RegistryError("Its manifest is [/b] no JSON", todo="Push it.")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, lambda: "?" in line_of(pilot, "0.2.0"))
        assert "no JSON" not in screen_text(app)
        table.go_to("0.2.0")
        await until(pilot, lambda: "? 0.2.0: Its manifest is [/b] no JSON" in screen_text(app))
        await until(pilot, lambda: "no" in line_of(pilot, "0.1.0"))
        table.go_to("0.1.0")
        await until(pilot, lambda: "no JSON" not in screen_text(app))
        assert not app._notifications


async def test_a_registry_that_refuses_is_not_asked_for_each_version(stage: Stage) -> None:
    stage.charts.details_fault = RegistryDenied("The registry refuses", todo="Log in.")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, lambda: "details of versions could not be read" in screen_text(app))
        assert "?" in line_of(pilot, "0.1.0")
        assert "…" not in line_of(pilot, "0.1.0")
        await pilot.press("G", "g")
        await until(pilot, lambda: table.cursor_row == 0)
        await pilot.pause(0.3)
        assert stage.charts.asked_for == ["0.10.0-alpha"]
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ErrorDialog))
        assert "The registry refuses" in screen_text(app)
        stage.charts.details_fault = None
        await pilot.press("escape", "r")
        await until(pilot, lambda: "could not be read" not in screen_text(app))
        await until(pilot, lambda: "no" in line_of(pilot, "0.1.0"))


async def test_a_registry_that_is_down_is_not_asked_for_details(stage: Stage) -> None:
    stage.charts.seen = CachedTags(stage.charts.tags, acts.BEGAN)
    stage.charts.fault = RegistryUnreachable("The registry does not answer")
    stage.charts.kept["0.2.0"] = before(Version("0.2.0"))
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "not current" in screen_text(app))
        await until(pilot, lambda: "42.0 KiB" in line_of(pilot, "0.2.0"))
        assert "?" in line_of(pilot, "0.2.1")
        assert "…" not in line_of(pilot, "0.2.1")
        await pilot.pause(0.3)
        assert stage.charts.asked_for == []


async def test_only_what_is_in_sight_and_a_page_ahead_is_asked_for(stage: Stage) -> None:
    stage.charts.tags = tuple(f"{major}.{minor}.0" for major in range(100) for minor in range(100))
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, lambda: len(stage.charts.asked_for) == 2 * table.page)
        await pilot.press("G")
        await until(pilot, lambda: "no" in line_of(pilot, "0.0.0"))
        assert len(stage.charts.asked_for) == 3 * table.page
        assert "99.50.0" not in stage.charts.asked_for


@pytest.mark.parametrize("way", ["enter", "i", "question_mark", "l", "2"])
async def test_leaving_the_list_leaves_no_request_and_no_thread(stage: Stage, way: str) -> None:
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        assert stage.charts.open_streams == 1
        if way == "2":  # a stack with another registry
            stage.charts.gate, stage.registry = stage.gate(), "oci://elsewhere.example/charts"
        await pilot.press(way)
        await until(pilot, lambda: stage.charts.open_streams == 0)
        if stage.charts.gate:
            stage.charts.gate.open()
            await until(pilot, lambda: stage.charts.open_streams == 1)
    assert _all_ended(stage)


def _all_ended(stage: Stage) -> bool:
    """Wait until the threads that a program which has quit left behind have ended, soon."""
    for thread in readers():
        thread.join(10)
    return not readers() and stage.charts.open_streams == 0


def _ask_elsewhere(pilot: Pilot[Any], stage: Stage) -> None:
    """Ask another registry, whose details are held."""
    screen = on_screen(pilot)
    target = screen.asked
    assert target is not None
    stage.charts.details_gate = stage.gate()
    screen.ask(replace(target, registry="oci://elsewhere.example/charts"))


async def test_answers_on_their_way_are_not_told_of_another_registrys_versions(
    stage: Stage,
) -> None:
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        stage.charts.details_gate = None
        gate.open()
        # Held here, the program's loop takes no answer before it is told of the other registry.
        assert stage.charts.ended.wait(30)
        _ask_elsewhere(pilot, stage)
        other = stage.charts.details_gate
        assert other is not None
        await until(pilot, other.reached.is_set)
        await until(pilot, lambda: on_screen(pilot)._folding is None)
        assert on_screen(pilot).detailed.by_tag == {}
        assert "KiB" not in screen_text(app)
        other.open()
        await until(pilot, lambda: "KiB" in line_of(pilot, "0.10.0-alpha"))


async def test_answers_not_drawn_yet_are_not_told_of_another_registrys_versions(
    stage: Stage,
) -> None:
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        screen = on_screen(pilot)
        stream, release = screen._streams[0], screen.in_sight()[0]
        screen._arrive(stream, (release, before(release.version)))
        _ask_elsewhere(pilot, stage)
        other = stage.charts.details_gate
        assert other is not None
        await until(pilot, other.reached.is_set)
        await until(pilot, lambda: screen._folding is None)
        assert screen.detailed.by_tag == {}
        assert "KiB" not in screen_text(app)


async def test_what_was_kept_is_not_told_of_another_registrys_versions(stage: Stage) -> None:
    gate = stage.charts.kept_gate = stage.gate()
    stage.charts.details_gate = stage.gate()
    stage.charts.kept["0.2.0"] = before(Version("0.2.0"))
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        await until(pilot, lambda: stage.charts.open_streams == 1)
        reading = stage.charts.kept_by
        assert reading is not None
        stage.charts.kept, stage.charts.kept_gate = {}, None
        gate.open()
        reading.join(30)  # held here, the program's loop has not taken it yet
        _ask_elsewhere(pilot, stage)
        other = stage.charts.details_gate
        await until(pilot, other.reached.is_set)
        assert on_screen(pilot).detailed.by_tag == {}
        assert "KiB" not in screen_text(app)


async def test_a_stopped_stream_takes_nothing_that_the_next_one_is_to_ask_for(
    stage: Stage,
) -> None:
    hold = stage.charts.details_hold = stage.gate()
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, hold.reached.is_set)
        await pilot.press("question_mark")
        await until(pilot, lambda: not isinstance(app.screen, ReleasesScreen))
        gate = stage.charts.details_gate = stage.gate()
        await pilot.press("escape")
        await until(pilot, gate.reached.is_set)
        assert stage.charts.open_streams == 2
        hold.open()
        await until(pilot, lambda: stage.charts.open_streams == 1)
        gate.open()
        await walk.details_settled(pilot)
        assert sorted(set(stage.charts.asked_for)) == sorted(stage.charts.asked_for[1:])


async def test_quitting_closes_what_is_asked(stage: Stage) -> None:
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        assert stage.charts.open_streams == 1
    assert _all_ended(stage)


async def test_what_was_not_answered_is_asked_for_when_the_list_is_shown_again(
    stage: Stage,
) -> None:
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        await pilot.press("question_mark")
        await until(pilot, lambda: stage.charts.open_streams == 0)
        gate.open()
        await pilot.press("escape")
        await until(pilot, lambda: "no" in line_of(pilot, "0.1.0"))
        asked = stage.charts.asked_for
        assert asked == ["0.10.0-alpha", *asked[1:]]
        assert len(asked) == 9  # the first of them twice


async def test_reloading_asks_again_and_what_is_known_stays_meanwhile(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "42.0 KiB" in line_of(pilot, "0.2.0"))
        before = line_of(pilot, "0.2.0")
        gate = stage.charts.details_gate = stage.gate()
        await pilot.press("r")
        await until(pilot, gate.reached.is_set)
        assert line_of(pilot, "0.2.0") == before
        gate.open()
        await until(pilot, lambda: len(stage.charts.asked_for) == 16)
        assert on_screen(pilot).detailed.wanting(on_screen(pilot).in_sight()) == ()


async def test_a_moved_tag_that_its_details_betray_is_told_and_marked(stage: Stage) -> None:
    was, now = "sha256:" + "1a" * 32, "sha256:" + "2b" * 32
    stage.charts.found_moved["0.1.1"] = Moved("0.1.1", was, now)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "stable  ! moved" in line_of(pilot, "0.1.1"))
        assert "! 0.1.1 was moved to other content: 1a1a1a1a1a1a → 2b2b2b2b2b2b" in screen_text(app)


async def test_a_moved_tag_counts_as_told_once_the_list_that_says_so_is_seen(stage: Stage) -> None:
    moved = Moved("0.10.0-alpha", "sha256:" + "1a" * 32, "sha256:" + "2b" * 32)
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        screen = on_screen(pilot)
        release = screen.in_sight()[0]
        screen._arrive(screen._streams[0], (release, replace(before(release.version), moved=moved)))
        app.push_screen(HelpDialog(Text("help")))  # before it is drawn
        await until(pilot, lambda: app.screen is not screen and not screen._streams)
        await until(pilot, lambda: screen._looking is None)
        assert stage.charts.told_moved == []
        await pilot.press("escape")
        await until(pilot, lambda: "! moved" in line_of(pilot, "0.10.0-alpha"))
        await until(pilot, lambda: stage.charts.told_moved)
        gate.open()
        await walk.details_settled(pilot)
        assert stage.charts.told_moved == [moved]


async def test_a_moved_tag_that_nobody_was_told_of_does_not_count_as_told(stage: Stage) -> None:
    stage.charts.found_moved["0.1.1"] = Moved("0.1.1", "sha256:1", "sha256:2")
    gate = stage.charts.details_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        stage.charts.details_gate = None
        gate.open()
        assert stage.charts.ended.wait(30)
        stage.charts.found_moved = {}
        _ask_elsewhere(pilot, stage)
        other = stage.charts.details_gate
        assert other is not None
        await until(pilot, other.reached.is_set)
        other.open()
        await walk.details_settled(pilot)
        assert stage.charts.told_moved == []


async def test_what_was_kept_is_looked_up_again_where_that_had_not_ended(stage: Stage) -> None:
    stage.charts.seen = CachedTags(stage.charts.tags, acts.BEGAN)
    stage.charts.fault = RegistryUnreachable("The registry does not answer")
    stage.charts.kept["0.2.0"] = before(Version("0.2.0"))
    gate = stage.charts.kept_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=WIDE) as pilot:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        await pilot.press("question_mark")
        await until(pilot, lambda: not isinstance(app.screen, ReleasesScreen))
        gate.open()
        await pilot.press("escape")
        await until(pilot, lambda: "42.0 KiB" in line_of(pilot, "0.2.0"))


async def test_rows_that_come_into_sight_do_not_wait_for_a_slow_answer(stage: Stage) -> None:
    stage.charts.tags = tuple(f"{major}.{minor}.0" for major in range(10) for minor in range(50))
    slow = stage.charts.slow["9.49.0"] = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, slow.reached.is_set)
        await pilot.press("G")
        await until(pilot, lambda: "no" in line_of(pilot, "0.0.0"))
        slow.open()
        await pilot.press("g")
        await until(pilot, lambda: "no" in line_of(pilot, "9.49.0"))
        assert stage.charts.asked_for.count("9.49.0") == 1


async def test_typing_with_ten_thousand_versions_draws_only_what_is_in_sight(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.charts.tags = tuple(f"{major}.{minor}.0" for major in range(100) for minor in range(100))
    rows_made = drawn = 0
    make, draw = listing._row, columns.row_text

    def counted_make(*given: Any) -> Any:
        nonlocal rows_made
        rows_made += 1
        return make(*given)

    def counted_draw(*given: Any) -> Any:
        nonlocal drawn
        drawn += 1
        return draw(*given)

    monkeypatch.setattr(listing, "_row", counted_make)
    monkeypatch.setattr("philotes_tui.tui.widgets.version_table.row_text", counted_draw)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.detailed(pilot)
        made, drawn = rows_made, 0
        assert made <= 3 * 10_000  # seen, listed, deployed
        await pilot.press("slash", *"77.7", "backspace", "backspace", "escape", "G", "g")
        await until(pilot, lambda: table.row_count == 10_000)
        assert rows_made == made
        assert drawn < 30 * table.page


async def test_a_long_list_starts_at_its_top_with_the_cursor_on_the_latest(stage: Stage) -> None:
    released = [f"1.{minor}.0" for minor in range(300)]
    stage.charts.tags = (*released, "2.0.0-rc.1", "2.0.0-rc.2", "2.0.0-rc.3")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, lambda: table.page > 1)
        assert table.current == "1.299.0"
        assert table.visible_rows[0].version.text == "2.0.0-rc.3"
        assert line_of(pilot, "2.0.0-rc.3")


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_one_long_version_hides_nothing_of_the_others(
    stage: Stage, size: tuple[int, int]
) -> None:
    stage.charts.tags = (*stage.charts.tags, f"1.0.0-{'a' * 120}.z")
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await walk.detailed(pilot)
        await until(pilot, lambda: "4 d" in line_of(pilot, "0.2.1"))
        lines = screen_text(app).splitlines()
        assert any("signed" in line and "age" in line for line in lines)
        assert any(
            line.startswith(" 1.0.0-aaa") and "…" in line and "a.z " in line for line in lines
        )
