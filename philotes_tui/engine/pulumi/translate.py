"""What the engine says, as our own events. Pure.

Raw events are JSON as in pulumi/pulumi:sdk/go/common/apitype/events.go. They are
read as they are, not through the SDK's model: that one drops what it does not
know. Debug diagnostics are dropped on purpose: they hold secrets in clear text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from philotes_tui.engine.events import (
    Diagnostic,
    Event,
    LogLine,
    Op,
    OutputsComputed,
    Severity,
    StatusChanged,
    StepDone,
    StepFailed,
    StepStarted,
    Summarized,
)
from philotes_tui.engine.pulumi.steps import op_of, step_of
from philotes_tui.engine.values import plain_mapping, without_credentials
from philotes_tui.foreign import clean_line, clean_text

STACK_TYPE = "pulumi:pulumi:Stack"
_DROPPED = frozenset({"remove-pending-replace"})
_PROVIDER = "pulumi:providers:"
_TRACEBACK = "Traceback (most recent call last)"
_PROGRAM_RAISED = "python inline source runtime error: "
_AFTER_EFFECT = f"{_PROGRAM_RAISED}resource monitor shut down"
"""What a program meets when the engine has already given up; the cause is told elsewhere."""
_SAYS_NOTHING = re.compile(r"(?:update|preview|destroy|refresh) failed")
_REPEATED = "an unhandled error occurred: "
"""How the engine repeats what the language host has already told as a diagnostic."""

Raw = Mapping[str, Any]


def translate(raw: Raw, at: float) -> tuple[Event, ...]:
    """Return our events for one engine event; none for what nobody needs to see.

    Args:
        raw: The engine event.
        at: When it came, seconds since the epoch.
    """
    for key, reader in _READERS.items():
        body = raw.get(key)
        if isinstance(body, Mapping):
            return reader(body, at)
    return ()


def _diagnostic(body: Raw, at: float) -> tuple[Event, ...]:
    severity = str(body.get("severity", "info"))
    message = str(body.get("message", ""))
    if severity == "debug" or message.startswith((_REPEATED, _AFTER_EFFECT)):
        return ()
    if _SAYS_NOTHING.fullmatch(message.strip()):
        return ()
    urn = str(body.get("urn") or "")
    text = _message(message)
    if body.get("ephemeral"):
        return (StatusChanged(at, urn, clean_line(text)),) if urn else ()
    if not text:
        return ()
    return (Diagnostic(at, _severity(severity), text, urn),)


def _severity(text: str) -> Severity:
    # "info#err" is what a process wrote to its standard error: no error by itself.
    try:
        return Severity(text.partition("#")[0])
    except ValueError:
        return Severity.WARNING


def _message(text: str) -> str:
    """Return a message without the traceback the SDK adds; the log file has it."""
    cleaned = without_credentials(clean_text(text).strip())
    if cleaned.startswith(_PROGRAM_RAISED):
        said = cleaned.removeprefix(_PROGRAM_RAISED).partition(_TRACEBACK)[0].strip()
        return f"The stack program failed: {said or 'it raised an error'}"
    return cleaned


def traceback_of(raw: Raw) -> str:
    """Return the traceback an engine event carries, for the log file, or an empty string."""
    body = raw.get("diagnosticEvent")
    if not isinstance(body, Mapping) or body.get("severity") == "debug":
        return ""
    text = str(body.get("message", ""))
    known = text.startswith((_REPEATED, _AFTER_EFFECT))
    return clean_text(text) if _TRACEBACK in text and not known else ""


def _started(body: Raw, at: float) -> tuple[Event, ...]:
    metadata = _shown(body)
    return (StepStarted(at, step_of(metadata)),) if metadata else ()


def _done(body: Raw, at: float) -> tuple[Event, ...]:
    metadata = _shown(body)
    if metadata is None:
        return ()
    events: tuple[Event, ...] = (StepDone(at, step_of(metadata)),)
    new = metadata.get("new")
    if metadata.get("type") == STACK_TYPE and isinstance(new, Mapping) and new.get("outputs"):
        events += (OutputsComputed(at, plain_mapping(new["outputs"])),)
    return events


def _failed(body: Raw, at: float) -> tuple[Event, ...]:
    metadata = _shown(body)
    return (StepFailed(at, step_of(metadata)),) if metadata else ()


def _shown(body: Raw) -> Raw | None:
    """Return a step's metadata unless the step is bookkeeping that nobody asked for."""
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("op") in _DROPPED:
        return None
    name = str(metadata.get("urn", "")).rpartition("::")[2]
    if str(metadata.get("type", "")).startswith(_PROVIDER) and (
        name == "default" or name.startswith("default_")
    ):
        return None
    return metadata


def _summary(body: Raw, at: float) -> tuple[Event, ...]:
    changes = body.get("resourceChanges")
    counts: dict[str, int] = {}
    for op, count in changes.items() if isinstance(changes, Mapping) else ():
        # The halves of a replacement are counted once, as the replacement.
        if op not in {"create-replacement", "delete-replaced", "discard-replaced"}:
            name = op_of(str(op))
            key = str(op) if name is Op.OTHER else name.value
            counts[key] = counts.get(key, 0) + int(count)
    return (Summarized(at, counts, float(body.get("durationSeconds") or 0)),)


def _stdout(body: Raw, at: float) -> tuple[Event, ...]:
    text = _message(str(body.get("message", "")))
    if text.startswith("^C received"):
        return ()  # how to press it again is told by whoever shows the cancel
    return (LogLine(at, text),) if text else ()


def _policy(body: Raw, at: float) -> tuple[Event, ...]:
    mandatory = body.get("enforcementLevel") == "mandatory"
    text = f"{body.get('policyName', 'policy')}: {body.get('message', '')}"
    severity = Severity.ERROR if mandatory else Severity.WARNING
    return (Diagnostic(at, severity, _message(text), str(body.get("resourceUrn") or "")),)


def _progress(body: Raw, at: float) -> tuple[Event, ...]:
    """Return one line when a plugin's download begins and one when it has ended."""
    message = clean_line(_message(str(body.get("message") or body.get("id") or "")))
    if body.get("done"):
        return (LogLine(at, f"{message}: done"),)
    return (LogLine(at, message),) if message and not body.get("received") else ()


def _internal_error(body: Raw, at: float) -> tuple[Event, ...]:
    return (Diagnostic(at, Severity.ERROR, _message(str(body.get("error", "")))),)


_READERS: Mapping[str, Callable[[Raw, float], tuple[Event, ...]]] = {
    "resourcePreEvent": _started,
    "resOutputsEvent": _done,
    "resOpFailedEvent": _failed,
    "diagnosticEvent": _diagnostic,
    "summaryEvent": _summary,
    "stdoutEvent": _stdout,
    "policyEvent": _policy,
    "progressEvent": _progress,
    "errorEvent": _internal_error,
}
