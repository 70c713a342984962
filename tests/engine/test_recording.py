"""Events as JSON lines and back."""

import json
import tempfile
from pathlib import Path

import pytest

from philotes_tui.engine.recording import dump, from_json, load, to_json

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))
NAMES = {
    "preview-create",
    "preview-upgrade",
    "up-create",
    "up-upgrade",
    "up-failed",
    "up-cancelled",
    "destroy",
}


def test_every_scenario_is_recorded() -> None:
    assert {path.stem for path in RECORDINGS} == NAMES


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda p: p.stem)
def test_a_recording_is_read_and_written_without_loss(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert list(dump(load(lines))) == lines


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda p: p.stem)
def test_a_recording_begins_and_ends_as_every_operation_does(path: Path) -> None:
    first, *_, last = map(json.loads, path.read_text("utf-8").splitlines())
    assert (first["event"], last["event"]) == ("operation-started", "operation-ended")


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda p: p.stem)
def test_a_recording_holds_nothing_of_the_machine_it_was_made_on(path: Path) -> None:
    text = path.read_text("utf-8").replace('"mountPath":"/tmp"', "")
    here = Path(__file__).parents[2]
    for trace in (tempfile.gettempdir() + "/", str(Path.home()) + "/", str(here), "ciphertext"):
        assert trace not in text


def test_keys_of_a_later_version_are_ignored() -> None:
    event = from_json({"event": "log-line", "at": 1.0, "text": "x", "since": "later"})
    assert to_json(event) == {"event": "log-line", "at": 1.0, "text": "x"}


@pytest.mark.parametrize(
    "document",
    [{}, {"event": "invented"}, {"event": "log-line"}, {"event": "operation-ended", "at": 1.0}],
)
def test_what_is_no_event_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="event"):
        from_json(document)
