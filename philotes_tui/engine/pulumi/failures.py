"""What the command line's failures mean, as our own errors. Pure.

The texts are those of Pulumi 3.259 and its Kubernetes provider 4.25; each was
seen from the real programs. What matches none of them is `OperationFailed`.
"""

import re
import shlex
from collections.abc import Callable, Sequence

from philotes_tui.engine.file_backend import Lock
from philotes_tui.engine.pulumi.failure import Failure, error_lines, short
from philotes_tui.errors import (
    BackendUnavailable,
    ClusterMismatch,
    ClusterUnreachable,
    ContextUnknown,
    OperationCancelled,
    OperationFailed,
    PhilotesError,
    RegistryDenied,
    RegistryUnreachable,
    SettingsError,
    StackLocked,
    StateFolderError,
    ToolMissing,
    VersionNotFound,
    WrongPassphrase,
)
from philotes_tui.foreign import clean_line

EXIT_CANCELLED = 8
"""pulumi/pulumi:sdk/go/common/util/cmdutil/exit.go."""


def error_of(failure: Failure) -> PhilotesError:
    """Return the error that tells a person what happened and what to do."""
    if failure.cancelled or failure.code == EXIT_CANCELLED:
        return OperationCancelled(
            f"The {failure.name} was cancelled",
            on=failure.stack,
            todo="What was already done stays done; run a preview to see what is left.",
        )
    for pattern, make in _RULES:
        if re.search(pattern, failure.text, re.IGNORECASE):
            return make(failure, pattern)
    return OperationFailed(
        f"The {failure.name} of {failure.source or 'the stack'} failed",
        on=failure.stack,
        said=failure.said(),
        todo="Correct the cause and try again; what was already done stays done.",
        diagnostics=_told(failure),
    )


def _told(failure: Failure) -> list[str]:
    diagnostics = [short(text, 4_000) for text in failure.diagnostics]
    return diagnostics or error_lines(failure.stderr)


def _locked(failure: Failure, pattern: str) -> PhilotesError:
    gone = [lock for lock in failure.locks if lock.alive is False]
    if failure.locks and len(gone) == len(failure.locks):
        todo = (
            "That process is gone, so nothing holds the stack any more: run"
            f" `{_unlock(failure)}`, then try again."
        )
    else:
        todo = "Wait until it has ended, then try again."
    said = "; ".join(_holder(lock) for lock in failure.locks) or failure.said(pattern)
    return StackLocked("Another process works on the stack", on=failure.stack, said=said, todo=todo)


def _unlock(failure: Failure) -> str:
    command = f"{shlex.quote(failure.program)} cancel --stack {failure.stack} --yes"
    if failure.project_dir:
        command += f" --cwd {shlex.quote(failure.project_dir)}"
    if failure.backend_url:
        command = f"PULUMI_BACKEND_URL={shlex.quote(failure.backend_url)} {command}"
    return command


def _holder(lock: Lock) -> str:
    state = {True: "still running", False: "no longer running", None: "on another machine"}
    return f"{lock.user}@{lock.host}, process {lock.pid} ({state[lock.alive]}), since {lock.since}"


def _passphrase(failure: Failure, pattern: str) -> PhilotesError:
    return WrongPassphrase(
        "The stack's secrets cannot be read with this passphrase",
        on=failure.stack,
        said=failure.said(pattern),
        todo="Unset PULUMI_CONFIG_PASSPHRASE, or set PULUMI_CONFIG_PASSPHRASE_FILE to the file with"
        " the passphrase the stack was made with.",
    )


def _disk_full(failure: Failure, pattern: str) -> PhilotesError:
    return StateFolderError(
        f"The {failure.name} stopped because the disk, or what a file may hold, is full",
        on=failure.stack,
        said=failure.said(pattern),
        todo="Free some space, then try again.",
    )


def _backend(failure: Failure, pattern: str) -> PhilotesError:
    return BackendUnavailable(
        "The Pulumi backend cannot be used",
        said=failure.said(pattern),
        todo="Check PULUMI_BACKEND_URL, or log in with `pulumi login`.",
    )


def _plugin(failure: Failure, pattern: str) -> PhilotesError:
    return ToolMissing(
        "A plugin of Pulumi is missing",
        said=failure.said(pattern),
        todo="Run `philotes-tui doctor` to see which version is needed and how to get it.",
    )


def _context(failure: Failure, pattern: str) -> PhilotesError:
    return ContextUnknown(
        "There is no kubeconfig with such a context",
        on=failure.stack,
        said=failure.said(pattern),
        todo="Correct philotes:kubeContext in the stack file, or the kubeconfig.",
    )


def _cluster(failure: Failure, pattern: str) -> PhilotesError:
    return ClusterUnreachable(
        f"The Kubernetes cluster did not answer, so the {failure.name} stopped",
        on=failure.stack,
        said=failure.said(pattern),
        todo="Check that the cluster runs and the context is right, then try again.",
    )


def _mismatch(failure: Failure, pattern: str) -> PhilotesError:
    found = re.search(pattern, failure.text, re.IGNORECASE)
    wanted, context, reached = found.group("wanted", "context", "reached") if found else ("",) * 3
    named = f"context “{clean_line(context, 100)}”" if context else "the current context"
    meant, answers = clean_line(wanted, 80), clean_line(reached, 80)
    on = f"stack {failure.stack}, {named}"
    if not failure.recorded:
        return ClusterMismatch(
            f"Another cluster answers than the one previewed, so the {failure.name} was refused;"
            " nothing was changed",
            on=on,
            said=f"previewed was the cluster {meant}, reached was {answers}",
            todo="Preview again and look at the cluster before you approve.",
        )
    return ClusterMismatch(
        f"This is not the cluster of the stack, so the {failure.name} was refused;"
        " nothing was changed",
        on=on,
        said=f"recorded is the cluster {meant}, reached was {answers}",
        todo=f"Set philotes:kubeContext of Pulumi.{failure.stack}.yaml to a context that reaches"
        f" {meant}. Only if the stack is to move to the other cluster, set philotes:clusterId"
        f" there to {answers}.",
    )


def _another_stack(failure: Failure, pattern: str) -> PhilotesError:
    return OperationFailed(
        f"Another stack owns what is there already, so the {failure.name} stopped;"
        " it was not taken over",
        on=failure.stack,
        said=failure.said(pattern),
        todo="The annotation philotes/stack of the objects says which stack it is. Give this one a"
        f" place of its own: philotes:kubeContext or philotes:namespace of Pulumi.{failure.stack}"
        ".yaml.",
        diagnostics=_told(failure),
    )


def _version(failure: Failure, pattern: str) -> PhilotesError:
    return VersionNotFound(
        f"The registry does not have {failure.source or 'the chart'} (any more)",
        said=failure.said(pattern),
        todo="Reload the list of versions and choose another one.",
    )


def _registry(failure: Failure, pattern: str) -> PhilotesError:
    return RegistryUnreachable(
        "The chart registry did not answer",
        said=failure.said(pattern),
        todo="Check the registry's address and your network, then try again.",
    )


def _denied(failure: Failure, pattern: str) -> PhilotesError:
    return RegistryDenied(
        "The chart registry refused to give the chart",
        said=failure.said(pattern),
        todo="Log in with `philotes-tui login`, then try again.",
    )


def _settings(failure: Failure, pattern: str) -> PhilotesError:
    return SettingsError(
        "The stack's configuration cannot be used",
        on=f"Pulumi.{failure.stack}.yaml",
        said=failure.said(pattern),
        todo="Correct that key in the stack file.",
    )


_PULL = r"FetchReference|failed to (?:pull|locate|download)|chart.{0,200}oci://"
_NO_ANSWER = (
    r"connection refused|no such host|i/o timeout|deadline exceeded|connection reset"
    r"|network is unreachable|TLS handshake|server gave HTTP response|x509|\bEOF\b"
)

_LOCKED = r"the stack is currently locked by|\[409\] Conflict: Another update"
_SECRETS = r"incorrect passphrase|passphrase must be set|message authentication failed"
_DISK_FULL = r"no space left on device|disk quota exceeded|\bwrite \S+: file too large"
_BACKEND = (
    r"unable to open state (?:directory|database)|PULUMI_ACCESS_TOKEN must be set"
    r"|performing HTTP request|could not get cloud url|invalid access token|unable to open bucket"
)
_PLUGIN = r"no resource plugin|(?:could not|failed to) (?:find|load|download|install) plugin"
_SETTINGS = r"\bphilotes:\w+ is\b|missing required configuration variable"
_MISMATCH = (
    r"philotes:clusterId is (?P<wanted>\S+), but the (?:context (?P<context>\S+)|current context)"
    r" reaches the cluster (?P<reached>[\w-]+)"
)
"""`stack/philotes_stack/cluster.py`, `refuse_another_cluster`."""
_ANOTHER_STACK = r"\.metadata\.annotations\.philotes/stack\b"
"""`stack/philotes_stack/ownership.py`, and what the API server says of a conflict there."""
_CONTEXT = (
    r"context \S+ does not exist|context was not found|no context exists"
    r"|invalid configuration: no configuration has been provided|failed to parse kubeconfig"
)
_CLUSTER = (
    r"Kubernetes cluster is unreachable|due to unreachable cluster"
    r"|unable to load schema information from the API server"
    r"|could not get server version from Kubernetes"
    rf"|/(?:api|apis)/[^\s]*.{{0,200}}(?:{_NO_ANSWER})"
)
_RULES: Sequence[tuple[str, Callable[[Failure, str], PhilotesError]]] = (
    (_LOCKED, _locked),
    (_SECRETS, _passphrase),
    (_DISK_FULL, _disk_full),
    (_BACKEND, _backend),
    (_PLUGIN, _plugin),
    (_MISMATCH, _mismatch),
    (_ANOTHER_STACK, _another_stack),
    (_SETTINGS, _settings),
    (_CONTEXT, _context),
    (rf"(?s)(?:{_PULL}).{{0,400}}\bnot found\b", _version),
    (rf"(?s)(?:{_PULL}).{{0,600}}(?:unauthorized|denied|\b40[13]\b)", _denied),
    (rf"(?s)(?:{_PULL}).{{0,600}}(?:{_NO_ANSWER})", _registry),
    (_CLUSTER, _cluster),
)
