"""What `show` tells of a version whose publisher is hostile, or careless."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from philotes_tui.cli.output import as_json
from philotes_tui.cli.showing import PARTS, Shown, document, print_part
from philotes_tui.registry.archive import read_chart
from philotes_tui.registry.chart_details import parse_time
from philotes_tui.releases import ChartDetails, Version
from tests.registry.test_archive import tgz

CHART = b"""apiVersion: v2
name: web
version: 1.2.3
appVersion: 0xBIG
2024-01-02: a date
? !!binary aGk=
: bytes
null: nothing
1.5: a number
true: a truth
annotations: {when: 2024-01-02, seen: !!set {b, a}, not: .nan}
kubeVersion: 1:30
""".replace(b"BIG", b"f" * 5_000)


def shown(created: datetime | None = None, chart: bytes = CHART) -> Shown:
    content = read_chart(tgz({"Chart.yaml": chart, "values.yaml": b"image: {repository: a}\n"}))
    details = ChartDetails(Version("1.2.3"), "1.2.3", "sha256:0", 1, created=created)
    return Shown(details, content)


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import time  # noqa: PLC0415 - its zone is set here alone

    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("part", PARTS)
def test_strange_keys_and_numbers_of_a_chart_hinder_no_part_of_it(
    part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    json.loads(as_json(document(shown(), part)))
    print_part(shown(), part)
    assert "Traceback" not in capsys.readouterr().err


def test_every_key_of_the_metadata_is_text_in_json() -> None:
    told = document(shown(), "metadata")["metadata"]
    assert isinstance(told, dict)
    assert told["2024-01-02"] == "a date"
    assert told["null"] == "nothing"
    assert (told["1.5"], told["true"]) == ("a number", "a truth")
    assert told["kubeVersion"] == "1:30"
    assert told["annotations"]["seen"] == ["a", "b"]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
@pytest.mark.usefixtures("zone")
def test_a_moment_at_the_end_of_time_is_left_out(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_part(shown(parse_time(text)), "overview")
    assert "published" not in capsys.readouterr().out
    assert document(shown(parse_time(text)), "overview")["created"] is None


def test_metadata_nested_as_deeply_as_it_is_read_can_be_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    deep = shown(chart=CHART + b"deep: " + b"[" * 57 + b"]" * 57 + b"\n")
    print_part(deep, "metadata")
    assert "deep:" in capsys.readouterr().out
    json.loads(as_json(document(deep, "metadata")))
