"""Events as an engine tells them: what the stand-in engine of these tests replays."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from philotes_tui.engine import (
    ChangeKind,
    Diagnostic,
    Event,
    Kind,
    LogLine,
    Op,
    OperationEnded,
    OperationStarted,
    OutputsComputed,
    PropertyChange,
    Result,
    Severity,
    StatusChanged,
    Step,
    StepDone,
    StepFailed,
    StepStarted,
    Summarized,
)
from philotes_tui.engine.recording import load

BEGAN = 1_700_000_000.0
"""Seconds since the epoch at which every replayed operation begins."""

ROOT = "urn:pulumi:dev::philotes::pulumi:pulumi:Stack::philotes-dev"
CHART = "urn:pulumi:dev::philotes::kubernetes:helm.sh/v4:Chart::philotes-dev-philotes"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::philotes::kubernetes:{kind}::{name}"


def step(
    name: str,
    kind: str,
    op: Op,
    *changes: PropertyChange,
    parent: str = CHART,
    inputs: Mapping[str, object] | None = None,
) -> Step:
    return Step(urn(kind, name), op, f"kubernetes:{kind}", name, parent, changes, inputs or {})


CLUSTER = "4f6c2d1e-8a57-4b0e-9d33-0c5b7a91e6f2"
"""The id of the cluster that previews reach."""

CONFIG_BEFORE = "log:\n  level: info\n  format: json\nhttp:\n  port: 8080\n"
CONFIG_AFTER = "log:\n  level: debug\n  format: json\nhttp:\n  port: 8080\n  timeout: 30s\n"

API = step(
    "philotes-dev-philotes:philotes/philotes-api",
    "apps/v1:Deployment",
    Op.UPDATE,
    PropertyChange("spec.replicas", ChangeKind.UPDATE, 1, 3),
    PropertyChange(
        "spec.template.spec.containers[0].image",
        ChangeKind.UPDATE,
        "ghcr.io/janovincze/philotes-api:0.1.0",
        "ghcr.io/janovincze/philotes-api:0.2.0",
    ),
    PropertyChange(
        "spec.template.spec.containers[0].env[2].value", ChangeKind.UPDATE, "[secret]", "[secret]"
    ),
)
STEPS = (
    Step(ROOT, Op.SAME, "pulumi:pulumi:Stack", "philotes-dev"),
    step("philotes", "core/v1:Namespace", Op.SAME, parent=ROOT),
    Step(CHART, Op.UPDATE, "kubernetes:helm.sh/v4:Chart", "philotes-dev-philotes", ROOT),
    API,
    step(
        "philotes-dev-philotes:philotes/philotes-api-config",
        "core/v1:ConfigMap",
        Op.UPDATE,
        PropertyChange("data.config.yaml", ChangeKind.UPDATE, CONFIG_BEFORE, CONFIG_AFTER),
    ),
    step("philotes-dev-philotes:philotes/philotes-api", "core/v1:Service", Op.SAME),
    step(
        "philotes-dev-philotes:philotes/philotes-worker",
        "autoscaling/v2:HorizontalPodAutoscaler",
        Op.CREATE,
        inputs={
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "philotes-worker", "labels": {"app": "philotes-worker"}},
            "spec": {
                "minReplicas": 1,
                "maxReplicas": 5,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu"}}],
            },
        },
    ),
    step(
        "philotes-dev-philotes:philotes/lakekeeper",
        "apps/v1:Deployment",
        Op.REPLACE,
        PropertyChange(
            "spec.selector.matchLabels.app",
            ChangeKind.UPDATE,
            "lakekeeper",
            "philotes-lakekeeper",
            replaces=True,
        ),
    ),
    step(
        "philotes-dev-philotes:philotes/lakekeeper-migrate",
        "batch/v1:Job",
        Op.DELETE,
        inputs={"kind": "Job", "metadata": {"name": "lakekeeper-migrate"}},
    ),
)


def preview(stack: str = "dev", *, warning: bool = False) -> Iterator[Event]:
    yield OperationStarted(BEGAN, Kind.PREVIEW, stack, "0.2.0")
    yield Diagnostic(
        BEGAN + 0.5,
        Severity.INFO,
        "Using Helm chart from OCI registry: oci://127.0.0.1:5000/charts/philotes:0.2.0",
    )
    for number, one in enumerate(STEPS):
        yield StepStarted(BEGAN + 1 + number / 10, one)
        yield StepDone(BEGAN + 1 + number / 10, one)
    if warning:
        yield Diagnostic(
            BEGAN + 2.5,
            Severity.WARNING,
            "autoscaling/v2beta2 is deprecated [see /docs]; use autoscaling/v2 instead",
            STEPS[6].urn,
        )
    yield OutputsComputed(BEGAN + 3, {"version": "0.2.0", "clusterId": CLUSTER})
    yield Summarized(BEGAN + 3.1, {"update": 3, "create": 1}, 3.1)
    yield OperationEnded(BEGAN + 3.1, Result.SUCCEEDED)


def unchanged(stack: str = "dev") -> Iterator[Event]:
    yield OperationStarted(BEGAN, Kind.PREVIEW, stack, "0.2.0")
    for one in STEPS[:2]:
        yield StepStarted(BEGAN + 1, one)
        yield StepDone(BEGAN + 1, one)
    yield OperationEnded(BEGAN + 1.2, Result.SUCCEEDED)


def deploy_begun(stack: str = "dev", expected: int | None = None) -> Iterator[Event]:
    """Everything up to the point at which two resources are waited for."""
    yield OperationStarted(BEGAN, Kind.UP, stack, "0.2.0", expected)
    yield Diagnostic(
        BEGAN + 0.5,
        Severity.INFO,
        "Using Helm chart from OCI registry: oci://127.0.0.1:5000/charts/philotes:0.2.0",
    )
    for number, one in enumerate(STEPS[:3]):
        yield StepStarted(BEGAN + 1 + number / 10, one)
    yield StepDone(BEGAN + 1.2, STEPS[1])
    yield StepStarted(BEGAN + 2, STEPS[3])
    yield StepStarted(BEGAN + 2.1, STEPS[4])
    yield StepDone(BEGAN + 2.6, STEPS[4])
    yield StepStarted(BEGAN + 2.7, STEPS[5])
    yield StepDone(BEGAN + 2.7, STEPS[5])
    yield StepStarted(BEGAN + 3, STEPS[6])
    yield StatusChanged(
        BEGAN + 4, STEPS[3].urn, "[1/2] Waiting for app ReplicaSet to be available (1/3 Pods)"
    )
    yield Diagnostic(
        BEGAN + 4.2,
        Severity.WARNING,
        "[Pod philotes/philotes-api-6d4]: containers with unready status: [api]",
        STEPS[3].urn,
    )
    yield LogLine(BEGAN + 4.5, "a line the tool printed that is no event")


def deploy_done(stack: str = "dev", expected: int | None = None) -> Iterator[Event]:
    yield from deploy_begun(stack, expected)
    for one in STEPS[7:]:
        yield StepStarted(BEGAN + 6, one)
    for one in (STEPS[6], STEPS[7], STEPS[8], STEPS[3], STEPS[2], STEPS[0]):
        yield StepDone(BEGAN + 12, one)
    yield OutputsComputed(
        BEGAN + 12.5, {"version": "0.2.0", "source": "registry", "namespace": "philotes"}
    )
    yield Summarized(BEGAN + 12.5, {"update": 3, "create": 1}, 12.5)
    yield OperationEnded(BEGAN + 12.5, Result.SUCCEEDED)


WHY_IT_FAILED = (
    '1 error occurred:\n\t* the Kubernetes API server reported that "philotes-worker" failed: '
    "admission webhook [quota] denied the request"
)


def deploy_failed(stack: str = "dev", expected: int | None = None) -> Iterator[Event]:
    yield from deploy_begun(stack, expected)
    yield Diagnostic(BEGAN + 8, Severity.ERROR, WHY_IT_FAILED, STEPS[6].urn)
    yield StepFailed(BEGAN + 8, STEPS[6])
    yield StepDone(BEGAN + 9, STEPS[3])
    yield StepDone(BEGAN + 9, STEPS[2])
    yield OperationEnded(BEGAN + 9.4, Result.FAILED, "update failed")


def deploy_cancelled(stack: str = "dev", expected: int | None = None) -> Iterator[Event]:
    yield from deploy_begun(stack, expected)
    yield StepDone(BEGAN + 9, STEPS[3])
    yield OperationEnded(BEGAN + 9.4, Result.CANCELLED)


RECORDINGS = Path(__file__).parent.parent / "engine" / "recordings"


def recorded(name: str) -> tuple[Event, ...]:
    """What a real engine told when it did this to a real cluster."""
    with (RECORDINGS / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return tuple(load(lines))


def storm(resources: int, lines: int) -> Iterator[Event]:
    """Many resources and a long log, as from a chart far larger than ours."""
    yield OperationStarted(BEGAN, Kind.UP, "dev", "0.2.0", resources)
    for number in range(resources):
        one = step(f"resource-{number:03}", "core/v1:ConfigMap", Op.CREATE, parent=ROOT)
        yield StepStarted(BEGAN + number / 100, one)
        for line in range(lines // resources):
            yield Diagnostic(BEGAN + number / 100, Severity.INFO, f"line {line} of {number}")
        yield StatusChanged(BEGAN + number / 100, one.urn, f"Waiting for {number}")
        yield StepDone(BEGAN + 1 + number / 100, one)
    yield OperationEnded(BEGAN + 10, Result.SUCCEEDED)
