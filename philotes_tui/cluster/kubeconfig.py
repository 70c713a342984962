"""Reading kubeconfig files the way kubectl does.

Several files are merged, the first to define a name wins
(kubernetes/client-go:tools/clientcmd/loader.go, ClientConfigLoadingRules).
"""

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from philotes_tui.errors import ContextUnknown, SettingsError
from philotes_tui.foreign import clean_line


@dataclass(frozen=True)
class Context:
    """One context: which API server, and how to check its certificate.

    Attributes:
        server: The API server's URL.
        ca: The PEM of the authority that signed its certificate, or empty.
        insecure: Whether the kubeconfig says not to check the certificate.
    """

    name: str
    server: str
    ca: str = field(default="", repr=False)
    insecure: bool = False


@dataclass(frozen=True)
class Kubeconfig:
    """The contexts of all kubeconfig files, merged.

    Attributes:
        files: The files looked at, for messages.
        current: The name of the current context, or empty.
    """

    files: tuple[Path, ...]
    current: str
    contexts: Mapping[str, Context]

    def context(self, name: str = "") -> Context:
        """Return the context of this name, or the current one.

        Raises:
            ContextUnknown: There is none.
        """
        wanted = name or self.current
        if wanted in self.contexts:
            return self.contexts[wanted]
        places = ", ".join(map(str, self.files))
        if not wanted:
            raise ContextUnknown(
                "No Kubernetes context is selected",
                on=places,
                todo="Set KUBECONFIG, or run: kubectl config use-context NAME.",
            )
        known = ", ".join(self.contexts) or "none"
        raise ContextUnknown(
            f"The kubeconfig has no context “{clean_line(wanted, 100)}”",
            on=places,
            todo=f"Contexts there: {known}. Set philotes:kubeContext of the stack to one of them.",
        )


def kubeconfig_files(environment: Mapping[str, str], named: Path | None = None) -> tuple[Path, ...]:
    """Return the kubeconfig files in force, first wins."""
    if named:
        return (named,)
    listed = [p for p in environment.get("KUBECONFIG", "").split(os.pathsep) if p]
    return tuple(Path(p).expanduser() for p in listed) or (Path.home() / ".kube" / "config",)


def read_kubeconfig(
    environment: Mapping[str, str] | None = None, named: Path | None = None
) -> Kubeconfig:
    """Return the merged kubeconfig; files that do not exist are passed over.

    Raises:
        SettingsError: A file is not a kubeconfig; names file and line.
    """
    files = kubeconfig_files(os.environ if environment is None else environment, named)
    documents = [_document(path) for path in files if path.exists()]
    current = next(
        (str(d["current-context"]) for _, d in documents if d.get("current-context")), ""
    )
    clusters: dict[str, Context] = {}
    contexts: dict[str, Context] = {}
    for path, document in documents:
        for name, body in _named(document, "clusters", "cluster"):
            clusters.setdefault(name, _cluster(name, body, path.parent))
    for _, document in documents:
        for name, body in _named(document, "contexts", "context"):
            cluster = clusters.get(str(body.get("cluster", "")), Context(name, ""))
            contexts.setdefault(name, Context(name, cluster.server, cluster.ca, cluster.insecure))
    return Kubeconfig(files, current, contexts)


def _document(path: Path) -> tuple[Path, dict[str, Any]]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - keeps the first paint free of it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        raise SettingsError(
            "The kubeconfig cannot be read",
            on=f"{path}:{mark.line + 1}" if mark else str(path),
            said=(error.problem or "") if isinstance(error, MarkedYAMLError) else str(error),
            todo="Mend the file or set KUBECONFIG to another one.",
        ) from error
    if document is None:
        return path, {}
    if not isinstance(document, dict):
        raise SettingsError(
            "This is not a kubeconfig", on=str(path), todo="Set KUBECONFIG to a kubeconfig."
        )
    return path, document


def _named(document: dict[str, Any], plural: str, single: str) -> Sequence[tuple[str, Any]]:
    entries = document.get(plural)
    return [
        (str(entry["name"]), entry[single])
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and "name" in entry and isinstance(entry.get(single), dict)
    ]


def _cluster(name: str, body: dict[str, Any], folder: Path) -> Context:
    ca = ""
    try:
        if data := body.get("certificate-authority-data"):
            ca = base64.b64decode(str(data)).decode("ascii")
        elif file := body.get("certificate-authority"):
            ca = (folder / str(file)).read_text(encoding="ascii")
    except (OSError, ValueError):
        ca = ""  # the probe then fails on the certificate and says so
    return Context(
        name, str(body.get("server", "")), ca, body.get("insecure-skip-tls-verify") is True
    )
