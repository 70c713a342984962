"""One version looked into."""

from dataclasses import replace

import pytest

from philotes_tui.errors import RegistryUnreachable, VersionNotFound
from philotes_tui.releases import ChartContent, Moved, Release, Version
from philotes_tui.releases.details import COSIGN, Signature
from philotes_tui.tui.screens.error_dialog import ErrorDialog
from philotes_tui.tui.screens.preview import PreviewScreen
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.screens.version import VersionScreen
from philotes_tui.tui.version_text import LARGEST
from philotes_tui.tui.widgets.text_view import TextView
from tests.tui import walk
from tests.tui.stage import VALUES, Stage, inspection_of, screen_text, until

pytestmark = pytest.mark.anyio

RELEASE = Release(Version("0.2.0"), "0.2.0")
DOWN = RegistryUnreachable("The registry does not answer", todo="Check the address [/b].")


def shown(screen: VersionScreen) -> str:
    return screen.query_one(TextView).plain


async def test_the_overview_says_what_the_registry_and_the_chart_say(stage: Stage) -> None:
    signed = replace(
        inspection_of(RELEASE).details,
        signatures=(Signature(COSIGN, "sha256:" + "5e" * 32),),
        annotations={"org.opencontainers.image.title": "phi\x1b[31mlotes [/b]"},
    )
    stage.charts.inspected["0.2.0"] = inspection_of(RELEASE, details=signed)
    app = stage.app()
    async with app.run_test(size=(80, 40)) as pilot:
        text = shown(await walk.inspected(pilot))
        for line in (
            "philotes 0.2.0",
            "  app version  0.2.0",
            "  created      2023-11-11 22:12 UTC, 3 d ago",
            "  Kubernetes   >=1.27-0",
            "  size         42.0 KiB",
            "  has          2 templates, values, no schema, a README",
            "    sha256:" + "1f" * 32,
            "  philotes-worker 0.2.0, as worker",
            "  lakekeeper ^0.2, if lakekeeper.enabled, not included",
            "  ghcr.io/janovincze/philotes-api:0.2.0",
            "  cosign  sha256:" + "5e" * 32,
            "  Found, not verified; `philotes-tui verify 0.2.0` does that.",
            "  org.opencontainers.image.title: philotes [/b]",
        ):
            assert line in text.splitlines()
        assert "philotes [/b]" in screen_text(app)


async def test_while_the_registry_is_asked_the_screen_says_so_and_esc_cancels(
    stage: Stage,
) -> None:
    gate = stage.charts.inspect_gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.look_into(pilot)
        await until(pilot, gate.reached.is_set)
        assert "Asking for 0.2.0 at 127.0.0.1:5000/charts" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))
        assert not screen.is_attached


async def test_what_was_read_before_stands_at_once_and_is_replaced_in_place(stage: Stage) -> None:
    gate = stage.charts.inspect_gate = stage.gate()
    stage.charts.inspected_kept["0.2.0"] = inspection_of(RELEASE, kept=True, signatures_known=False)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.look_into(pilot)
        await until(pilot, lambda: "philotes 0.2.0" in screen_text(app))
        assert "As it was read before, asking 127.0.0.1:5000/charts" in screen_text(app)
        assert "not known without asking the registry" in shown(screen)
        await pilot.press("j", "j", "j")
        top = screen.query_one(TextView).scroll_offset.y
        assert top == 3
        gate.open()
        await until(pilot, lambda: not screen.reading)
        assert "not known without" not in shown(screen)
        assert "As it was read before" not in screen_text(app)
        assert screen.query_one(TextView).scroll_offset.y == top


async def test_offline_it_is_as_it_was_read_before_and_marked(stage: Stage) -> None:
    stage.charts.inspected_kept["0.2.0"] = inspection_of(RELEASE, kept=True, signatures_known=False)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        stage.charts.fault = DOWN
        screen = await walk.inspected(pilot)
        assert "✗ Registry not reached: 0.2.0 as it was read before" in screen_text(app)
        await pilot.press("2")
        assert shown(screen) == VALUES.rstrip()
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ErrorDialog))
        assert "Check the address [/b]." in screen_text(app)
        stage.charts.fault = None
        await pilot.press("escape", "r")
        await until(pilot, lambda: "Registry not reached" not in screen_text(app))


async def test_what_cannot_be_read_says_why_and_can_be_tried_again(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        stage.charts.fault = VersionNotFound("Version 0.2.0 is gone [/b]", todo="Pick another.")
        screen = await walk.inspected(pilot)
        assert "Version 0.2.0 is gone [/b]" in screen_text(app)
        assert "Pick another." in screen_text(app)
        stage.charts.fault = None
        await pilot.press("r")
        await until(pilot, lambda: screen.text is not None)
        assert "is gone" not in screen_text(app)


async def test_sections_open_by_number_and_in_turn(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.inspected(pilot)
        await pilot.press("2")
        assert shown(screen) == VALUES.rstrip()
        assert "[2 Values]" in screen_text(app)
        await pilot.press("tab")
        assert shown(screen).startswith("# philotes\n")
        await pilot.press("right")
        assert shown(screen).splitlines()[0] == "templates/NOTES.txt    6 B"
        await pilot.press("tab")
        assert shown(screen) == ""
        assert "This chart has no schema" in screen_text(app)
        await pilot.press("tab")
        assert "[1 Overview]" in screen_text(app)
        await pilot.press("left", "shift+tab")
        assert "[4 Templates]" in screen_text(app)
        await pilot.click("SectionStrip", offset=(16, 0))
        await until(pilot, lambda: "[2 Values]" in screen_text(app))


async def test_a_chart_with_nothing_in_it_says_so(stage: Stage) -> None:
    stage.charts.inspected["0.2.0"] = inspection_of(
        RELEASE, content=ChartContent("philotes", "0.2.0"), images=()
    )
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.inspected(pilot)
        for key, empty in {"2": "no values", "3": "no README", "4": "no templates"}.items():
            await pilot.press(key)
            assert f"This chart has {empty}." in screen_text(app)


async def test_a_search_marks_counts_and_goes_round(stage: Stage) -> None:
    values = "".join(f"key{n}: {'[/b] Image' if n % 40 == 0 else 'x'}\n" for n in range(200))
    content = replace(inspection_of(RELEASE).content, values=values)
    stage.charts.inspected["0.2.0"] = inspection_of(RELEASE, content=content)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.inspected(pilot)
        view = screen.query_one(TextView)
        await pilot.press("2", "slash", *"IMAGE")
        await until(pilot, lambda: "1 of 5" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: view.has_focus)
        await pilot.press("n")
        assert "2 of 5" in screen_text(app)
        assert "key40: [/b] Image" in screen_text(app)
        await pilot.press("N", "N")
        assert "5 of 5" in screen_text(app)
        assert "key160: [/b] Image" in screen_text(app)
        await pilot.press("3")
        assert "not found" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "not found" not in screen_text(app))
        assert app.screen is screen
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))


async def test_a_hostile_chart_is_text_and_bounded(stage: Stage) -> None:
    hostile = "[@click=app.quit]quit[/] \x1b]0;owned\x07[x](https://evil.example)\n"
    content = replace(
        inspection_of(RELEASE).content,
        readme=hostile,
        values="k: " + "v" * 3 * LARGEST,
        templates={"templates/\x1b[2J[/b].yaml": hostile},
    )
    notes = {f"note{n}": "[/b]\x1b[31m" + "y" * 5_000 for n in range(500)}
    details = replace(inspection_of(RELEASE).details, annotations=notes)
    stage.charts.inspected["0.2.0"] = inspection_of(RELEASE, content=content, details=details)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.inspected(pilot)
        assert "and 400 more" in shown(screen)
        assert max(map(len, shown(screen).splitlines())) < 400
        await pilot.press("3")
        assert "[@click=app.quit]quit[/] [x](https://evil.example)" in screen_text(app)
        await pilot.press("4")
        assert "templates/[/b].yaml" in screen_text(app)
        await pilot.press("2", "G")
        assert "too long for here" in screen_text(app)
        assert len(shown(screen)) < 2 * LARGEST
        assert "\x1b" not in screen_text(app)


async def test_a_moved_tag_is_told_with_the_digest_it_had(stage: Stage) -> None:
    was = "sha256:" + "aa" * 32
    stage.charts.inspected["0.2.0"] = inspection_of(RELEASE, moved_from=was)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        text = shown(await walk.inspected(pilot))
        assert "! moved to other content since it was last seen" in text
        assert f"  it was {was}" in text
        await until(pilot, lambda: stage.charts.told_moved)
        await pilot.press("2", "1")
        assert stage.charts.told_moved == [Moved("0.2.0", was, "sha256:" + "1f" * 32)]


async def test_a_moved_tag_does_not_count_as_told_where_another_section_is_read(
    stage: Stage,
) -> None:
    gate = stage.charts.inspect_gate = stage.gate()
    stage.charts.inspected["0.2.0"] = inspection_of(RELEASE, moved_from="sha256:" + "aa" * 32)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.look_into(pilot)
        await pilot.press("2")
        gate.open()
        await until(pilot, lambda: not screen.reading)
        assert screen._told is None
        await pilot.press("1")
        await until(pilot, lambda: stage.charts.told_moved)


async def test_enter_previews_the_version_that_was_looked_into(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.inspected(pilot, "0.1.1")
        await pilot.press("enter")
        screen = await walk.preview_screen(pilot)
        assert str(screen.version) == "0.1.1"
        await until(pilot, lambda: screen.approvable)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))
        assert not any(isinstance(each, PreviewScreen) for each in app.screen_stack)
