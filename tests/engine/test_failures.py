"""What failures mean, by the texts of the real programs that a test cannot provoke cheaply."""

import pytest

from philotes_tui.engine import Kind
from philotes_tui.engine.pulumi.failure import Failure
from philotes_tui.engine.pulumi.failures import EXIT_CANCELLED, error_of
from philotes_tui.errors import (
    BackendUnavailable,
    ClusterUnreachable,
    ContextUnknown,
    OperationCancelled,
    OperationFailed,
    PhilotesError,
    RegistryDenied,
    RegistryUnreachable,
    StackLocked,
    StateFolderError,
    ToolMissing,
    VersionNotFound,
)

CHART = "kubernetes:helm.sh/v4:Chart resource 'philotes-dev-philotes' has a problem: "
FETCH = f'{CHART}unable to locate the chart: failed to perform "FetchReference" on source: '


def failed(*diagnostics: str, stderr: str = "", code: int = 1, cancelled: bool = False) -> Failure:
    return Failure(Kind.UP, "dev", "0.2.0", code, stderr, tuple(diagnostics), cancelled=cancelled)


UNREACHABLE = f"{CHART}configured Kubernetes cluster is unreachable: "
NO_ANSWER = "dial tcp 127.0.0.1:1: connect: connection refused"


@pytest.mark.parametrize(
    ("diagnostic", "expected"),
    [
        (f"{FETCH}127.0.0.1:5000/charts/philotes:9.9.9: not found", VersionNotFound),
        (f"{FETCH}Get http://127.0.0.1:1/v2/: {NO_ANSWER}", RegistryUnreachable),
        (f"{FETCH}Get https://x.test/: lookup x.test: no such host", RegistryUnreachable),
        (f"{FETCH}Get https://x.test/: net/http: TLS handshake timeout", RegistryUnreachable),
        (f"{FETCH}GET https://x.test/: status code 401: unauthorized", RegistryDenied),
        (f"{FETCH}GET https://x.test/: status code 403: denied", RegistryDenied),
        (f"{UNREACHABLE}unable to load schema information: {NO_ANSWER}", ClusterUnreachable),
        (f'{UNREACHABLE}context "x" does not exist', ContextUnknown),
        (f"{UNREACHABLE}failed to parse kubeconfig data in `x`- y", ContextUnknown),
        ("unable to locate the chart: write /cache/x.tgz: file too large", StateFolderError),
        (
            f"{UNREACHABLE}invalid configuration: no configuration has been provided",
            ContextUnknown,
        ),
        (f"Get https://127.0.0.1:1/apis/apps/v1/deployments/y: {NO_ANSWER}", ClusterUnreachable),
        ("no resource plugin 'pulumi-resource-kubernetes' found in the workspace", ToolMissing),
        ("write /state/stacks/dev.json: no space left on device", StateFolderError),
        ('Deployment.apps "api" is invalid: spec.replicas: Invalid value: -1', OperationFailed),
    ],
)
def test_a_diagnostic_tells_what_failed(diagnostic: str, expected: type[PhilotesError]) -> None:
    error = error_of(failed(diagnostic))
    assert type(error) is expected
    assert error.todo
    assert CHART not in error.said


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("error: [409] Conflict: Another update is currently in progress.", StackLocked),
        (f"error: performing HTTP request: Get https://x.test: {NO_ANSWER}", BackendUnavailable),
        ("error: something else", OperationFailed),
        ("", OperationFailed),
    ],
)
def test_what_the_command_line_prints_tells_what_failed(
    stderr: str, expected: type[PhilotesError]
) -> None:
    assert type(error_of(failed(stderr=stderr))) is expected


def test_a_failure_carries_every_diagnostic_and_says_the_first() -> None:
    error = error_of(failed("first\x1b[31m thing", "second thing"))
    assert isinstance(error, OperationFailed)
    assert error.diagnostics == ("first thing", "second thing")
    assert error.said == "first thing (and 1 more)"


@pytest.mark.parametrize("failure", [failed("x", cancelled=True), failed(code=EXIT_CANCELLED)])
def test_a_cancel_is_no_failure(failure: Failure) -> None:
    assert isinstance(error_of(failure), OperationCancelled)


def test_a_conflict_over_the_mark_of_a_stack_says_whose_objects_are_there() -> None:
    conflict = (
        "Server-Side Apply field conflict detected: Apply failed with 1 conflict: conflict with"
        ' "pulumi-kubernetes-1a2b" using v1: .metadata.annotations.philotes/stack'
    )
    error = error_of(failed(conflict, "another thing"))
    assert isinstance(error, OperationFailed)
    assert error.what.startswith("Another stack owns what is there already")
    assert ".metadata.annotations.philotes/stack" in error.said
    assert "philotes:namespace of Pulumi.dev.yaml" in error.todo
    assert len(error.diagnostics) == 2
