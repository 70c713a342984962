"""Entries of a stack's history, from a backend's files or from the command line. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from philotes_tui.engine.facts import facts_of_config, facts_of_outputs
from philotes_tui.engine.protocol import Update
from philotes_tui.foreign import clean_line

LOCAL = "local charts"
"""How people call what is deployed from a checkout."""


def update_of(item: Mapping[str, Any], outputs: Mapping[str, object] | None = None) -> Update:
    """Return one entry of a stack's history.

    Args:
        item: The entry as Pulumi keeps it (pulumi/pulumi:pkg/backend/updates.go, `UpdateInfo`)
            or as `pulumi stack history --json` prints it.
        outputs: The stack's outputs after it, secrets masked, where they are kept.
    """
    changes = item.get("resourceChanges")
    result = clean_line(str(item.get("result", "")), 40)
    asked = facts_of_config(item.get("config"))
    facts = asked
    if outputs and result == "succeeded":
        told = facts_of_outputs(outputs)
        facts = replace(
            told,
            digest=told.digest or asked.digest,
            cluster_id=told.cluster_id or asked.cluster_id,
        )
    return Update(
        kind=clean_line(str(item.get("kind", "")), 40),
        result=result,
        started=instant(item.get("startTime")) or datetime.fromtimestamp(0, UTC),
        ended=instant(item.get("endTime")),
        message=clean_line(str(item.get("message") or ""), 500),
        version=LOCAL if asked.source == "local" else asked.version,
        changes={str(k): int(v) for k, v in changes.items()}
        if isinstance(changes, Mapping)
        else None,
        facts=facts,
    )


def instant(value: object) -> datetime | None:
    """Return a time given in seconds since the epoch or in RFC 3339, or None.

    Go writes nine decimals, Python reads six and passes over the rest.
    """
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
