from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from philotes_tui.errors import RegistryUnreachable
from philotes_tui.releases import CachedTags, Moved
from philotes_tui.tui.screens.releases import ReleasesScreen
from tests.tui import acts, walk
from tests.tui.stage import TAGS, Stage, screen_text, until

pytestmark = pytest.mark.anyio

HOURS_AGO = acts.BEGAN + 14 - 3 * 3600 - 60
SEEN = CachedTags((*(tag for tag in TAGS if tag != "0.2.1"), "0.1.3"), HOURS_AGO)
MOVED = Moved("0.2.0", "sha256:" + "1a" * 32, "sha256:" + "2b" * 32)
DOWN = RegistryUnreachable("The registry does not answer", todo="Check the address [/b], press r.")


async def test_the_list_seen_last_stands_before_the_registry_answers(stage: Stage) -> None:
    stage.charts.seen = SEEN
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        assert "As seen 3 h ago, asking 127.0.0.1:5000/charts" in screen_text(app)
        assert "0.1.3" in table.keys_in_order
        await pilot.press("enter")
        screen = await walk.preview_screen(pilot)
        assert str(screen.version) == "0.2.0"


async def test_the_answer_takes_the_lists_place_and_the_cursor_stays_on_its_version(
    stage: Stage,
) -> None:
    stage.charts.seen = SEEN
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await pilot.press("j")
        assert table.current == "0.1.3"
        await pilot.press("j")
        assert table.current == "0.1.2"
        gate.open()
        await until(pilot, lambda: "0.2.1" in table.keys_in_order)
        await until(pilot, lambda: "new 0.2.1; gone 0.1.3" in screen_text(app))
        assert "Since the list seen 3 h before" in screen_text(app)
        assert table.current == "0.1.2"
        assert "asking" not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "0.2.1; gone" not in screen_text(app))


async def test_a_version_that_is_gone_leaves_the_cursor_on_the_next_one(stage: Stage) -> None:
    stage.charts.seen = SEEN
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        table.go_to("0.1.3")
        gate.open()
        await until(pilot, lambda: "0.1.3" not in table.keys_in_order)
        assert table.current == "0.1.2"


async def test_the_row_under_the_cursor_stays_where_it_is_on_the_screen(stage: Stage) -> None:
    tags = tuple(f"1.{minor}.0" for minor in range(60))
    stage.charts.seen = CachedTags(tags, HOURS_AGO)
    stage.charts.tags = (*tags, *(f"2.{minor}.0" for minor in range(5)))
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        table.go_to("1.20.0")
        await pilot.press("k", "k", "k")
        above = table.cursor_row - table.scroll_offset.y
        gate.open()
        await until(pilot, lambda: table.row_count == 65)
        await until(pilot, lambda: table.cursor_row - table.scroll_offset.y == above)
        assert table.current == "1.23.0"


async def test_the_filter_holds_while_the_list_is_renewed(stage: Stage) -> None:
    stage.charts.seen = SEEN
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await pilot.press("slash", "0", ".", "2")
        await until(pilot, lambda: table.keys_in_order == ["0.2.0"])
        gate.open()
        await until(pilot, lambda: table.keys_in_order == ["0.2.1", "0.2.0"])
        assert table.current == "0.2.0"
        await pilot.press("escape")
        await until(pilot, lambda: table.row_count == 8)
        assert "new 0.2.1; gone 0.1.3" in screen_text(app)  # the first Esc was the filter's


async def test_without_the_registry_the_list_seen_last_is_marked_and_usable(stage: Stage) -> None:
    stage.charts.seen, stage.charts.fault = SEEN, DOWN
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, lambda: "list as seen 3 h ago, not current" in screen_text(app))
        assert "→ Check the address [/b], press r." in screen_text(app)
        await pilot.press("escape")
        assert "not current" in screen_text(app)
        assert table.row_count == 8
        await pilot.press("enter")
        screen = await walk.preview_screen(pilot)
        # What is deployed is named by its digest, which only the registry can tell.
        await until(pilot, lambda: screen._fault is DOWN)
        assert not stage.engine.previews


async def test_the_mark_goes_when_the_registry_answers_again(stage: Stage) -> None:
    stage.charts.seen, stage.charts.fault = SEEN, DOWN
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "not current" in screen_text(app))
        stage.charts.fault = None
        await pilot.press("r")
        await until(pilot, lambda: "new 0.2.1" in screen_text(app))
        assert "not current" not in screen_text(app)


async def test_a_list_without_a_version_is_no_list_to_fall_back_on(stage: Stage) -> None:
    stage.charts.seen, stage.charts.fault = CachedTags(("latest",), HOURS_AGO), DOWN
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query_one("#fault").display)
        assert "The registry does not answer" in screen_text(app)


async def test_a_cache_that_cannot_be_read_leaves_the_registry_to_be_asked(stage: Stage) -> None:
    app = stage.app()

    def broken(_: object) -> CachedTags:
        raise OSError("Input/output error")

    object.__setattr__(app.services, "seen", broken)
    async with app.run_test(size=(80, 24)) as pilot:
        assert (await walk.listed(pilot)).row_count == 8


async def test_a_moved_tag_is_told_with_both_digests_and_no_key_hides_it(stage: Stage) -> None:
    stage.charts.moves, stage.charts.notices = (MOVED,), ("The login was left out",)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "stable  ! moved" in screen_text(app))
        assert "! 0.2.0 was moved to other content: 1a1a1a1a1a1a → 2b2b2b2b2b2b" in (
            screen_text(app)
        )
        await until(pilot, lambda: not stage.charts.moves)  # from now on that is what is known
        await pilot.press("2")
        await until(pilot, lambda: app.place.stack == "staging" and app.place.target)
        assert "stable  ! moved" in screen_text(app)
        screen = app.screen
        assert isinstance(screen, ReleasesScreen)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.published.notices)
        assert "stable  ! moved" in screen_text(app)
        assert "! 0.2.0 was moved to other content" in screen_text(app)


async def test_a_moved_tag_stays_marked_while_it_is_listed(stage: Stage) -> None:
    stage.charts.moves = (MOVED,)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "! moved" in screen_text(app))
        await until(pilot, lambda: not stage.charts.moves)
        await _read_again(pilot, stage)
        assert "stable  ! moved" in screen_text(app)
        stage.charts.tags = tuple(tag for tag in stage.charts.tags if tag != "0.2.0")
        await _read_again(pilot, stage)
        await until(pilot, lambda: "moved" not in screen_text(app))


async def _read_again(pilot: Pilot[Any], stage: Stage) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, ReleasesScreen)
    read_at = screen.published.asked_at
    stage.now += 60
    await pilot.press("r")
    await until(pilot, lambda: screen.published.asked_at > read_at)
    await until(pilot, lambda: not screen.published.reading)


async def test_what_the_registry_client_notices_is_told_once(stage: Stage) -> None:
    stage.charts.notices = ("The login [/b] of \x1b[31mghcr.io was left out",)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "! The login [/b] of ghcr.io was left out" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "left out" not in screen_text(app))
        screen = app.screen
        assert isinstance(screen, ReleasesScreen)
        await _read_again(pilot, stage)
        await until(pilot, lambda: "8 versions" in screen_text(app))
        assert not screen.query_one("#news", Static).display


async def test_local_mode_has_no_news_of_the_registry(stage: Stage) -> None:
    stage.charts.seen, stage.charts.fault = SEEN, DOWN
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "not current" in screen_text(app))
        await pilot.press("l")
        await until(pilot, lambda: "Local charts" in screen_text(app))
        assert "not current" not in screen_text(app)


async def test_until_somebody_is_at_the_list_the_cursor_follows_the_newest(stage: Stage) -> None:
    old = tuple(f"1.{minor}.0" for minor in range(30))
    stage.charts.seen = CachedTags(old, HOURS_AGO)
    stage.charts.tags = (*old, *(f"2.{minor}.0" for minor in range(30)))
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        assert table.current == "1.29.0"
        gate.open()
        await until(pilot, lambda: table.row_count == 60)
        await until(pilot, lambda: table.current == "2.29.0")
        assert table.scroll_offset.y == 0
        assert "★ latest" in screen_text(app)


@pytest.mark.parametrize("key", ["i", "slash"])
async def test_once_somebody_picked_or_filters_the_cursor_stays(stage: Stage, key: str) -> None:
    stage.charts.seen = SEEN
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        assert table.current == "0.2.0"
        await pilot.press(key, *("0" if key == "slash" else ""))
        if key == "i":
            await until(pilot, lambda: not isinstance(app.screen, ReleasesScreen))
        else:
            await until(pilot, lambda: table.held)
        await pilot.press("escape")
        gate.open()
        await until(pilot, lambda: "0.2.1" in table.keys_in_order)
        assert table.current == "0.2.0"
