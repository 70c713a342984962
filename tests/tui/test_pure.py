"""The plain functions under the screens."""

import subprocess
import sys

import pytest
from rich.cells import cell_len

from philotes_tui.engine import (
    ChangeKind,
    Op,
    PropertyChange,
    Resource,
    StackSummary,
    State,
    Step,
    Target,
)
from philotes_tui.releases import Version, catalog_from_tags
from philotes_tui.tui import fitting
from philotes_tui.tui.columns import GAP, Column, lay_out
from philotes_tui.tui.diffing import Tone, change_lines, images, resource_lines, yaml_lines
from philotes_tui.tui.fitting import cut, pad, shorten, wrap
from philotes_tui.tui.listing import kind, release_rows
from philotes_tui.tui.session import Deployed, Place
from philotes_tui.tui.tree import gist, short_name, short_type, tree_rows, without_urns
from philotes_tui.tui.version_text import LONGEST
from philotes_tui.tui.widgets.place_header import header_lines
from philotes_tui.tui.wording import duration


def resource(urn: str, parent: str = "", op: Op = Op.CREATE) -> Resource:
    return Resource(Step(urn, op, "a:b:Kind", urn, parent), State.DONE, 0.0, 1.0)


@pytest.mark.parametrize("width", range(1, 30))
def test_a_shortened_text_fits_and_keeps_both_ends(width: int) -> None:
    text = "ghcr.io/janovincze/philotes/charts"
    short = shorten(text, width)
    assert cell_len(short) <= width
    if width > 8:
        assert short.startswith("ghc")
        assert short.endswith("rts")


def test_wide_characters_are_counted_in_cells() -> None:
    assert cell_len(shorten("界" * 20, 11)) <= 11
    assert cell_len(pad("界" * 20, 11)) == 11
    assert cell_len(cut("界" * 20, 11)) <= 11
    assert all(cell_len(row) <= 11 for row in wrap("界" * 20, 11))


def test_wrapping_loses_nothing_but_blanks() -> None:
    text = "error: oci://127.0.0.1:5000/charts/philotes:0.2.0 is " + "x" * 90 + " here"
    rows = wrap(text, 30, 2)
    assert all(cell_len(row) <= 30 for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


@pytest.mark.parametrize("part", ["界", "界 ", "x/界"])
def test_a_long_line_is_walked_once_not_once_for_each_row(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, measured = part * (LONGEST // len(part)), 0

    def counted(measuring: str) -> int:
        nonlocal measured
        measured += len(measuring)
        return cell_len(measuring)

    monkeypatch.setattr(fitting, "cell_len", counted)
    rows = wrap(text, 20)
    assert len(rows) > LONGEST // 20
    assert measured <= 4 * len(text)


def test_a_long_address_breaks_at_its_joints() -> None:
    assert wrap("at oci://127.0.0.1:5000/charts/philotes", 24)[0].endswith("/")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0s"), (59.94, "59.9s"), (64, "1m 04s"), (7500, "2h 05m")]
)
def test_durations_read_as_people_write_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_children_stand_below_their_parents_however_they_arrive() -> None:
    resources = {
        "child": resource("child", "parent"),
        "other": resource("other"),
        "parent": resource("parent"),
    }
    assert [row.urn for row in tree_rows(resources)] == ["other", "parent", "child"]


def test_settled_rows_stand_in_one_order_whatever_came_first() -> None:
    one = {"b": resource("b"), "a": resource("a"), "z": resource("z", op=Op.DELETE)}
    other = dict(reversed(one.items()))
    assert [row.urn for row in tree_rows(one)] == ["b", "a", "z"]
    for resources in (one, other):
        assert [row.urn for row in tree_rows(resources, settled=True)] == ["z", "a", "b"]


def test_parents_in_a_circle_do_not_hang() -> None:
    resources = {"a": resource("a", "b"), "b": resource("b", "a"), "c": resource("c")}
    assert [row.urn for row in tree_rows(resources)] == ["c"]
    assert [row.urn for row in tree_rows(resources, unchanged=False)] == ["c"]


def test_unchanged_ancestors_of_a_change_stay_visible() -> None:
    resources = {
        "root": resource("root", op=Op.SAME),
        "quiet": resource("quiet", "root", Op.SAME),
        "loud": resource("loud", "root"),
    }
    assert [row.urn for row in tree_rows(resources, unchanged=False)] == ["root", "loud"]


def test_names_drop_what_they_repeat_of_the_parent() -> None:
    chart = Step("c", Op.SAME, "kubernetes:helm.sh/v4:Chart", "philotes-dev")
    child = Step("d", Op.SAME, "kubernetes:apps/v1:Deployment", "philotes-dev:ns/api", "c")
    known = {"c": Resource(chart, State.DONE, 0.0)}
    assert short_name(child, known) == "ns/api"
    assert short_type(child) == "Deployment"
    assert short_type(Step("p", Op.SAME, "pulumi:providers:kubernetes", "k")) == (
        "Provider kubernetes"
    )


def test_images_come_first_among_the_changes() -> None:
    step = Step(
        "u",
        Op.UPDATE,
        "t",
        "n",
        changes=(
            PropertyChange("a", ChangeKind.ADD, None, 1),
            PropertyChange("spec.image", ChangeKind.UPDATE, "x:1", "x:2"),
        ),
    )
    lines = resource_lines(Resource(step, State.DONE, 0.0))
    assert lines[0].text == "~ spec.image  ◆ image"
    assert lines[0].tone is Tone.IMAGE


def test_a_text_of_several_lines_is_shown_as_the_lines_that_differ() -> None:
    old = "\n".join(f"line {n}" for n in range(40))
    change = PropertyChange("data", ChangeKind.UPDATE, old, old.replace("line 20", "LINE"))
    texts = [line.text for line in change_lines(change)]
    assert "    - line 20" in texts
    assert "    + LINE" in texts
    assert len(texts) == 9


def test_masked_values_say_that_they_change_all_the_same() -> None:
    change = PropertyChange("env", ChangeKind.UPDATE, "[secret]", "[secret]")
    assert "both values are masked" in list(change_lines(change))[1].text


def test_values_read_as_yaml_and_carry_no_escape_sequences() -> None:
    value = {"a": [{"b": 1, "c": "x\x1b[2Jy"}, []], "text": "1\n2", "s": "yes: no", "n": "42"}
    assert yaml_lines(value) == [
        "a:",
        "  - b: 1",
        "    c: xy",
        "  - []",
        "text: |",
        "  1",
        "  2",
        "s: yes: no",
        'n: "42"',
    ]


@pytest.mark.parametrize(
    ("version", "word"),
    [
        ("1.0.0", "stable"),
        ("1.0.0-rc.1", "rc"),
        ("1.0.0-RC2", "rc"),
        ("1.0.0-beta.1+b.5", "beta"),
        ("1.0.0-0.3.7", "pre"),
        ("1.0.0+build", "stable"),
    ],
)
def test_each_version_has_a_word_for_its_kind(version: str, word: str) -> None:
    assert kind(Version(version)) == word


def test_the_newest_stable_version_is_the_latest_even_below_pre_releases() -> None:
    catalog = catalog_from_tags(["0.9.0", "1.0.0-rc.1", "0.10.0"])
    rows = release_rows(catalog, Deployed({"dev": deployed_on("dev", "0.9.0")}))
    assert [(str(row.version), row.latest, row.stacks) for row in rows] == [
        ("1.0.0-rc.1", False, ()),
        ("0.10.0", True, ()),
        ("0.9.0", False, ("dev",)),
    ]


def deployed_on(name: str, version: str) -> StackSummary:
    return StackSummary(name, 3, outputs={"version": version})


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_header_fits_and_never_loses_production(width: int) -> None:
    target = Target(
        "prod-" + "x" * 80,
        "production",
        "philotes",
        "arn:aws:eks:eu-central-1:123456789012:cluster/philotes-production",
        "https://3F2A.gr7.eu-central-1.eks.amazonaws.com",
        "oci://registry.platform.example.internal:5443/platform-engineering/charts",
    )
    place = Place(target.stack, target=target, demo=True)
    for parts in header_lines(place, width):
        assert sum(cell_len(text) for text, _ in parts) <= width
    first, second = ("".join(text for text, _ in parts) for parts in header_lines(place, width))
    assert "▌PRODUCTION▐" in first
    assert first.count("mode registry") == 1
    assert "cluster arn:" in second
    assert "charts" in second


def test_the_gist_of_an_error_skips_its_introduction() -> None:
    assert gist("1 error occurred:\n\t* the quota is used up\n") == "the quota is used up"
    assert gist("only this:") == "only this:"


def test_the_gist_of_a_refused_resource_is_what_the_api_server_said() -> None:
    text = (
        'resource "urn:pulumi:dev::philotes::kubernetes:helm.sh/v4:Chart$kubernetes:apps/v1:'
        'Deployment::chart:ns/api" was not successfully created by the Kubernetes API server: '
        'Deployment.apps "api" is invalid'
    )
    assert without_urns(text).startswith("resource Deployment ns/api was not")
    assert gist(text) == 'Deployment.apps "api" is invalid'


def test_a_changed_image_is_named_by_its_tags() -> None:
    change = PropertyChange("spec.image", ChangeKind.UPDATE, "reg:5000/a:1", "reg:5000/a:2")
    assert images(Step("u", Op.UPDATE, "t", "n", changes=(change, change))) == "◆ 1 → 2"


def test_importing_the_screens_loads_neither_pulumi_nor_an_http_client() -> None:
    program = (
        "import sys, philotes_tui.tui.app; "
        "print([m for m in ('pulumi', 'httpx', 'ruamel', 'grpc', 'yaml') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("longest", [24, 30, 60, 128])
def test_a_long_version_is_shortened_before_any_column_goes(width: int, longest: int) -> None:
    usual = {placed.column for placed in lay_out(width, 24)}
    placed = lay_out(width, longest)
    assert {each.column for each in placed} == usual >= {Column.AGE, Column.SIGNED}
    assert sum(each.width + GAP for each in placed) - GAP + 1 <= width


def test_a_version_is_shown_whole_where_there_is_room() -> None:
    widths = {placed.column: placed.width for placed in lay_out(140, 45)}
    assert widths[Column.VERSION] == 45
    assert widths[Column.DEPLOYED] >= 11
