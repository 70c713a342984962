"""What a command tells of its operation, and what becomes of that when telling fails."""

import json
import threading
from collections.abc import Callable
from typing import Any, cast

import click
import pytest

from philotes_tui.cli import operation
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Engine, Kind, OperationStarted, Progress, Sink, Target
from philotes_tui.errors import OperationCancelled, StackLocked

TARGET = Target("dev", "dev", "philotes", "here", "https://127.0.0.1:6443", "oci://here/charts")


class HeldEngine:
    """Runs until it is cancelled; before it has begun it heeds no cancel."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.asked = 0

    def cancel(self) -> bool:
        self.asked += 1
        if self.asked == 1:
            return False
        self.cancelled.set()
        return True

    def up(self, sink: Sink) -> Progress:
        sink(OperationStarted(0.0, Kind.UP, "dev", "0.1.0", None))
        assert self.cancelled.wait(30)
        raise OperationCancelled("The deploy was cancelled")


class HeldWiring:
    def __init__(self, engine: HeldEngine) -> None:
        self._engine = engine

    def engine(self) -> Engine:
        return cast("Engine", self._engine)


def run(engine: HeldEngine, call: Callable[[Sink], Progress], **options: Any) -> Progress:
    wiring = cast("Wiring", HeldWiring(engine))
    return operation.run_operation(wiring, call, TARGET, kind=Kind.UP, **options)


def test_a_deploy_that_cannot_be_told_of_is_cancelled_and_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError("told badly")

    monkeypatch.setattr(operation, "event_line", broken)
    engine = HeldEngine()
    ended = threading.Event()

    def call(sink: Sink) -> Progress:
        try:
            return engine.up(sink)
        finally:
            ended.set()

    try:
        with pytest.raises(ZeroDivisionError):
            run(engine, call)
        assert ended.is_set()
        assert engine.asked == 2, "once in vain, once heeded, and no second cancel"
    finally:
        engine.cancelled.set()


def test_a_deploy_that_failed_before_it_began_is_told_as_a_deploy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def call(_: Sink) -> Progress:
        raise StackLocked("The stack is locked", on="dev")

    with pytest.raises(click.exceptions.Exit):
        run(HeldEngine(), call, as_json=True)
    assert json.loads(capsys.readouterr().out)["kind"] == "up"
