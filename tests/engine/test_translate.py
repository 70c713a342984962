"""Engine events as our own, by table."""

import json
from typing import Any

import pytest

from philotes_tui.engine import (
    ChangeKind,
    Diagnostic,
    LogLine,
    Op,
    OutputsComputed,
    PropertyChange,
    Severity,
    StatusChanged,
    StepDone,
    StepFailed,
    StepStarted,
    Summarized,
)
from philotes_tui.engine.pulumi.steps import op_of, step_of
from philotes_tui.engine.pulumi.translate import traceback_of, translate

AT = 7.0
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def metadata(op: str = "update", kind: str = DEPLOYMENT, **more: Any) -> dict[str, Any]:
    return {"op": op, "urn": f"urn:pulumi:dev::philotes::{kind}::the::name", "type": kind, **more}


def state(inputs: dict[str, Any], outputs: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"inputs": inputs, "outputs": outputs or {}, "parent": "urn:parent"}


def changes(old: Any, new: Any, kind: str = "a:b:C", **more: Any) -> list[PropertyChange]:
    return list(step_of(metadata(kind=kind, old=state(old), new=state(new), **more)).changes)


@pytest.mark.parametrize(
    ("name", "op"),
    [
        ("same", Op.SAME),
        ("create", Op.CREATE),
        ("update", Op.UPDATE),
        ("delete", Op.DELETE),
        ("replace", Op.REPLACE),
        ("create-replacement", Op.REPLACE),
        ("delete-replaced", Op.REPLACE),
        ("discard-replaced", Op.REPLACE),
        ("import-replacement", Op.REPLACE),
        ("read", Op.READ),
        ("read-replacement", Op.READ),
        ("refresh", Op.REFRESH),
        ("import", Op.IMPORT),
        ("discard", Op.DISCARD),
        ("invented-tomorrow", Op.OTHER),
    ],
)
def test_every_operation_has_one_of_ours(name: str, op: Op) -> None:
    assert op_of(name) is op


@pytest.mark.parametrize("name", ["read", "update", "discard"])
def test_what_the_stack_only_reads_is_never_told_as_changed(name: str) -> None:
    """A refresh updates, and a destroy discards, only what the state knows of it."""
    external = {**state({"metadata": {"name": "kube-system"}}), "external": True}
    step = step_of(metadata(name, "kubernetes:core/v1:Namespace", old=state({}), new=external))
    assert (step.op, step.changes) == (Op.READ, ())


@pytest.mark.parametrize(
    ("key", "event"),
    [
        ("resourcePreEvent", StepStarted),
        ("resOutputsEvent", StepDone),
        ("resOpFailedEvent", StepFailed),
    ],
)
def test_a_step_begins_ends_or_fails(key: str, event: type) -> None:
    (found,) = translate({key: {"metadata": metadata(new=state({}))}}, AT)
    assert isinstance(found, event)


@pytest.mark.parametrize(
    "hidden",
    [
        metadata(op="remove-pending-replace"),
        {
            "op": "create",
            "type": "pulumi:providers:kubernetes",
            "urn": "urn:pulumi:dev::p::pulumi:providers:kubernetes::default_4_25_0",
        },
        {
            "op": "create",
            "type": "pulumi:providers:random",
            "urn": "urn:pulumi:dev::p::pulumi:providers:random::default",
        },
    ],
)
def test_bookkeeping_of_the_engine_is_not_told(hidden: dict[str, Any]) -> None:
    assert translate({"resourcePreEvent": {"metadata": hidden}}, AT) == ()


def test_a_provider_of_the_program_is_told() -> None:
    shown = {
        "op": "create",
        "type": "pulumi:providers:kubernetes",
        "urn": "urn:pulumi:dev::p::pulumi:providers:kubernetes::philotes-dev-cluster",
    }
    assert translate({"resourcePreEvent": {"metadata": shown}}, AT)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"sequence": 1, "cancelEvent": {}},
        {"preludeEvent": {"config": {"philotes:token": "clear text"}}},
        {"inventedTomorrowEvent": {"x": 1}},
        {"resourcePreEvent": None},
        {"resourcePreEvent": {"metadata": "nonsense"}},
        {"diagnosticEvent": {"severity": "debug", "message": "value: hunter2"}},
        {"diagnosticEvent": {"severity": "error", "message": "update failed\n"}},
        {"diagnosticEvent": {"severity": "info", "message": "  "}},
        {"stdoutEvent": {"message": "^C received; cancelling."}},
    ],
)
def test_what_says_nothing_to_anybody_is_dropped(raw: dict[str, Any]) -> None:
    assert translate(raw, AT) == ()


@pytest.mark.parametrize(
    ("severity", "ours"),
    [
        ("info", Severity.INFO),
        ("info#err", Severity.INFO),
        ("warning", Severity.WARNING),
        ("error", Severity.ERROR),
        ("invented", Severity.WARNING),
    ],
)
def test_a_diagnostic_is_cleaned_and_keeps_its_severity(severity: str, ours: Severity) -> None:
    body = {
        "severity": severity,
        "urn": "urn:x",
        "message": "<{%fg 1%}>no\x1b[31m way<{%reset%}>\n",
    }
    assert translate({"diagnosticEvent": body}, AT) == (Diagnostic(AT, ours, "no way", "urn:x"),)


def test_an_ephemeral_diagnostic_is_a_status_and_an_empty_one_clears_it() -> None:
    body = {"severity": "info", "urn": "urn:x", "message": "0/1 Pods", "ephemeral": True}
    assert translate({"diagnosticEvent": body}, AT) == (StatusChanged(AT, "urn:x", "0/1 Pods"),)
    cleared = {**body, "message": ""}
    assert translate({"diagnosticEvent": cleared}, AT) == (StatusChanged(AT, "urn:x", ""),)


def test_a_traceback_goes_to_the_log_file_only() -> None:
    message = (
        "python inline source runtime error: no such number\n"
        "Traceback (most recent call last):\n  File x, line 1\nZeroDivisionError: no such number\n"
    )
    raw = {"diagnosticEvent": {"severity": "error", "message": message}}
    (told,) = translate(raw, AT)
    assert told == Diagnostic(AT, Severity.ERROR, "The stack program failed: no such number")
    assert "line 1" in traceback_of(raw)
    again = {
        "diagnosticEvent": {
            **raw["diagnosticEvent"],
            "message": f"an unhandled error occurred: {message}",
        }
    }
    assert translate(again, AT) == ()
    assert traceback_of(again) == ""


def test_the_stack_s_outputs_are_told_with_secrets_masked() -> None:
    done = metadata("create", "pulumi:pulumi:Stack", new=state({}, {"a": 1, "s": SECRET}))
    assert translate({"resOutputsEvent": {"metadata": done}}, AT)[1:] == (
        OutputsComputed(AT, {"a": 1, "s": "[secret]"}),
    )


def test_the_summary_counts_a_replacement_once() -> None:
    body = {
        "durationSeconds": 3,
        "resourceChanges": {"replace": 1, "create-replacement": 1, "delete-replaced": 1, "new": 2},
    }
    assert translate({"summaryEvent": body}, AT) == (Summarized(AT, {"replace": 1, "new": 2}, 3.0),)


def test_a_download_is_told_when_it_begins_and_when_it_ends() -> None:
    body = {"type": "plugin-download", "message": "Downloading plugin", "total": 9}
    told = [
        event
        for received, done in ((0, False), (4, False), (9, True))
        for event in translate({"progressEvent": {**body, "received": received, "done": done}}, AT)
    ]
    assert told == [LogLine(AT, "Downloading plugin"), LogLine(AT, "Downloading plugin: done")]


def test_a_mandatory_policy_is_an_error_and_an_advisory_one_a_warning() -> None:
    body = {"policyName": "no-latest", "message": "tag it", "resourceUrn": "urn:x"}
    for level, severity in (("mandatory", Severity.ERROR), ("advisory", Severity.WARNING)):
        assert translate({"policyEvent": {**body, "enforcementLevel": level}}, AT) == (
            Diagnostic(AT, severity, "no-latest: tag it", "urn:x"),
        )


def test_a_kubernetes_object_is_named_as_kubectl_names_it() -> None:
    named = state({"metadata": {"name": "api", "namespace": "philotes"}})
    assert step_of(metadata(new=named)).name == "philotes/api"
    cluster_wide = state({"metadata": {"name": "philotes"}})
    assert step_of(metadata(new=cluster_wide)).name == "philotes"


def test_any_other_resource_has_the_program_s_name_even_with_colons_in_it() -> None:
    assert step_of(metadata(kind="a:b:C", new=state({}))).name == "the::name"


def test_a_delete_carries_the_old_inputs_and_no_changes() -> None:
    step = step_of(metadata("delete", "a:b:C", old=state({"x": 1}), new=None))
    assert (step.inputs, step.changes, step.parent) == ({"x": 1}, (), "urn:parent")


def test_the_delete_half_of_a_replacement_tells_nothing_of_the_old_object() -> None:
    step = step_of(metadata("delete-replaced", "a:b:C", old=state({"x": 1}), new=None))
    assert (step.op, step.inputs, step.changes) == (Op.REPLACE, {}, ())


def test_values_are_looked_up_by_the_path_of_the_detailed_diff() -> None:
    old = {"spec": {"containers": [{"image": "api:1"}]}, "labels": {"a.b/c": "x"}}
    new = {"spec": {"containers": [{"image": "api:2"}]}, "added": True}
    diff = {
        "spec.containers[0].image": {"diffKind": "update-replace", "inputDiff": True},
        'labels["a.b/c"]': {"diffKind": "delete", "inputDiff": True},
        "added": {"diffKind": "add"},
    }
    assert changes(old, new, detailedDiff=diff) == [
        PropertyChange(
            "spec.containers[0].image", ChangeKind.UPDATE, "api:1", "api:2", replaces=True
        ),
        PropertyChange('labels["a.b/c"]', ChangeKind.DELETE, "x", None),
        PropertyChange("added", ChangeKind.ADD, None, True),
    ]


def test_without_a_detailed_diff_the_inputs_are_compared() -> None:
    found = changes({"a": 1, "gone": 2, "l": [1]}, {"a": 3, "l": [1, 2]}, keys=["a"])
    assert found == [
        PropertyChange("a", ChangeKind.UPDATE, 1, 3, replaces=True),
        PropertyChange("l[1]", ChangeKind.ADD, None, 2),
        PropertyChange("gone", ChangeKind.DELETE, 2, None),
    ]


def test_secrets_and_unknowns_are_masked_as_a_whole_and_in_their_parts() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    diff = {"data.password": {"diffKind": "update"}, "id": {"diffKind": "update"}}
    found = changes({"data": SECRET, "id": "1"}, {"data": SECRET, "id": unknown}, detailedDiff=diff)
    assert found == [
        PropertyChange("data.password", ChangeKind.UPDATE, "[secret]", "[secret]"),
        PropertyChange("id", ChangeKind.UPDATE, "1", "(known after deploy)"),
    ]


def test_a_kubernetes_secret_is_masked_even_if_the_provider_forgot() -> None:
    inputs = {"metadata": {"name": "s"}, "stringData": {"password": "hunter2"}}
    step = step_of(metadata("create", "kubernetes:core/v1:Secret", new=state(inputs)))
    assert step.inputs["stringData"] == {"password": "[secret]"}
    assert "hunter2" not in repr(step)


def test_what_only_the_api_server_writes_is_no_change() -> None:
    diff: dict[str, Any] = {
        path: {"diffKind": "update"}
        for path in (
            "status.replicas",
            "status",
            "metadata.resourceVersion",
            "metadata.managedFields[0].time",
            "__initialApiVersion",
            'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
            "spec.replicas",
            "spec.status",
        )
    }
    shown = [c.path for c in changes({}, {}, DEPLOYMENT, detailedDiff=diff)]
    assert shown == ["spec.replicas", "spec.status"]


def test_an_event_is_read_as_the_command_line_writes_it() -> None:
    line = (
        '{"sequence":16,"timestamp":1,"resourcePreEvent":{"metadata":{"op":"create",'
        '"urn":"urn:pulumi:dev::philotes::t:i:T::one","type":"t:i:T","old":null,"new":'
        '{"type":"t:i:T","urn":"","id":"","parent":"","inputs":{"a":"0.1.0"},"outputs":{},'
        '"provider":""},"detailedDiff":null,"logical":true,"provider":""},"planning":true}}'
    )
    (event,) = translate(json.loads(line), AT)
    assert isinstance(event, StepStarted)
    assert (event.step.name, event.step.inputs) == ("one", {"a": "0.1.0"})


def test_a_url_s_password_is_shown_by_no_kind_of_event() -> None:
    said = "see https://ada:correct-horse@example.test/x"
    told = [
        *translate({"policyEvent": {"policyName": "p", "message": said}}, AT),
        *translate({"progressEvent": {"message": said}}, AT),
        *translate({"errorEvent": {"error": said}}, AT),
        *translate({"stdoutEvent": {"message": said}}, AT),
    ]
    assert len(told) == 4
    for event in told:
        assert "https://[secret]@example.test/x" in repr(event)
