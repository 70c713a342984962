"""What a history line tells of a deploy: which content came from where, to which cluster. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from philotes_tui.engine.cluster_identity import OUTPUT
from philotes_tui.engine.values import SECRET, UNKNOWN, plain
from philotes_tui.foreign import clean_line


@dataclass(frozen=True)
class Facts:
    """What was deployed, as far as it was recorded; what was not is empty.

    Attributes:
        source: `registry` or `local`.
        version: The chart version.
        digest: The digest of the chart's manifest, or of the local charts' content.
        images: The image references of the Deployments.
        cluster_id: The UID of the cluster's Namespace `kube-system`.
    """

    source: str = ""
    version: str = ""
    digest: str = ""
    images: tuple[str, ...] = ()
    cluster_id: str = ""


def facts_of_outputs(outputs: Mapping[str, object] | None) -> Facts:
    """Return what a stack's outputs tell (`stack/philotes_stack/program.py`)."""
    found = outputs or {}
    images = found.get("images")
    return Facts(
        source=_text(found.get("source")),
        version=_text(found.get("version")),
        digest=_text(found.get("digest")),
        images=tuple(map(_text, images)) if isinstance(images, list | tuple) else (),
        cluster_id=_text(found.get(OUTPUT)),
    )


def facts_of_config(config: object) -> Facts:
    """Return what the configuration in a history entry tells of what was asked for.

    Pulumi's files hold plain values, its command line prints objects with a `value`
    (pulumi/pulumi:pkg/cmd/pulumi/stack/stack_history.go).
    """
    values: Mapping[str, Any] = config if isinstance(config, Mapping) else {}

    def value(key: str) -> str:
        entry = values.get(f"philotes:{key}")
        return _text(plain(entry.get("value")) if isinstance(entry, Mapping) else entry)

    local = value("useLocalCharts").lower() == "true"
    return Facts(
        source="local" if local else "registry" if values else "",
        version="" if local else value("chartVersion"),
        digest="" if local else value("chartDigest"),
        cluster_id=value(OUTPUT),
    )


def _text(value: object) -> str:
    known = isinstance(value, str) and value not in {SECRET, UNKNOWN}
    return clean_line(str(value), 300) if known else ""
