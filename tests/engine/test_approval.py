"""What was approved is what is deployed, or nothing is."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from philotes_tui.engine import StackSummary, Target
from philotes_tui.engine.approval import Resolved, moved, state_of
from philotes_tui.errors import ReleaseMoved, StackMoved
from philotes_tui.releases import LocalChart, RegistryChart, Version

REGISTRY = "oci://example.test/charts"
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HELD = StackSummary("dev", 9, WHEN, outputs={"version": "0.1.0"})
SEEN = Resolved(
    Target("dev", "dev", "lake", "eu", "https://eu.test", REGISTRY, revision="one"),
    RegistryChart(REGISTRY, Version.parse("0.2.0"), "sha256:aa"),
    HELD,
)


def test_nothing_moved() -> None:
    assert moved(SEEN, replace(SEEN)) is None


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (replace(HELD, outputs={"version": "0.3.0"}), "it held 0.1.0 (9 resources, updated"),
        (replace(HELD, updated=WHEN.replace(minute=30)), "updated 2026-01-02 03:30:05 UTC) now"),
        (StackSummary("dev"), "and holds nothing now"),
    ],
    ids=["another version", "the same version again", "destroyed"],
)
def test_a_stack_that_somebody_else_changed_has_moved(state: StackSummary, said: str) -> None:
    error = moved(SEEN, replace(SEEN, state=state))
    assert isinstance(error, StackMoved)
    assert said in error.said
    assert (error.kind, error.exit_code) == ("stack-moved", 5)


def test_a_stack_that_the_first_preview_created_has_not_moved() -> None:
    before = replace(SEEN, state=state_of("dev", ()))
    assert moved(before, replace(SEEN, state=StackSummary("dev", updated=WHEN))) is None


def test_a_state_that_was_not_looked_up_is_not_compared() -> None:
    assert moved(replace(SEEN, state=None), SEEN) is None


def test_an_edited_stack_file_is_named() -> None:
    error = moved(SEEN, replace(SEEN, target=replace(SEEN.target, revision="two")))
    assert isinstance(error, StackMoved)
    assert error.said == "the configuration in Pulumi.dev.yaml was edited"


def test_changed_local_charts_are_told_by_their_digests() -> None:
    before = replace(SEEN, source=LocalChart(Path("charts/philotes"), "aa"))
    assert moved(before, before) is None
    error = moved(before, replace(SEEN, source=LocalChart(Path("charts/philotes"), "bb")))
    assert isinstance(error, ReleaseMoved)
    assert error.said == "previewed local charts aa, now local charts bb"
