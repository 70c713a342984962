"""One step of the engine as our own: its operation, its name and its property changes. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from philotes_tui.engine.diff import has, lookup, parse_path, structural
from philotes_tui.engine.events import ChangeKind, Op, PropertyChange, Step
from philotes_tui.engine.values import SECRET, plain_mapping
from philotes_tui.foreign import clean_line

Raw = Mapping[str, Any]

_OPS = {
    "create-replacement": Op.REPLACE,
    "delete-replaced": Op.REPLACE,
    "discard-replaced": Op.REPLACE,
    "import-replacement": Op.REPLACE,
    "read-replacement": Op.READ,
}
_OF_THE_STATE = frozenset({Op.UPDATE, Op.DISCARD})
"""What happens to the note of a resource that the stack only reads, never to the resource."""
_KUBERNETES = "kubernetes:"
# What the API server or the provider writes and nobody deploys.
_INTERNAL = re.compile(
    r"(?:.*[.\"])?__[A-Za-z]\w*|status(?:[.\[].*)?"
    r"|metadata\.(?:managedFields|resourceVersion|generation|uid|creationTimestamp)(?:[.\[].*)?"
    r"|metadata\.annotations\[\"kubectl\.kubernetes\.io/last-applied-configuration\"\]"
)
_SECRET_TYPE = re.compile(r"kubernetes:core/v1:Secret(?:Patch|List)?")
_SECRET_FIELDS = ("data", "stringData")


def op_of(name: str) -> Op:
    """Return our operation for the engine's; one that is not known is `OTHER`, never lost."""
    if name in _OPS:
        return _OPS[name]
    try:
        return Op(name)
    except ValueError:
        return Op.OTHER


def step_of(metadata: Raw) -> Step:
    """Return the step that an engine event's metadata describes."""
    old, new = _state(metadata, "old"), _state(metadata, "new")
    shown = new or old
    kind = str(metadata.get("type", ""))
    inputs = _inputs(kind, shown)
    op = op_of(str(metadata.get("op", "")))
    if shown.get("external") and op in _OF_THE_STATE:
        op = Op.READ
    compared = bool(old and new) and op in {Op.UPDATE, Op.REPLACE}
    return Step(
        urn=str(metadata.get("urn", "")),
        op=op,
        type=clean_line(kind, 300),
        name=_name(metadata, kind, shown, inputs),
        parent=str(shown.get("parent") or ""),
        changes=_changes(metadata, kind, old, new) if compared else (),
        # A replacement's delete half tells of the old object; its other half of the new one.
        inputs=inputs if new or op is not Op.REPLACE else {},
    )


def _state(metadata: Raw, key: str) -> Raw:
    state = metadata.get(key)
    return state if isinstance(state, Mapping) else {}


def _inputs(kind: str, state: Raw) -> dict[str, object]:
    return _safe(kind, state.get("inputs"))


def _safe(kind: str, properties: object) -> dict[str, object]:
    """Return properties with secrets masked and the provider's own keys left out."""
    made = {k: v for k, v in plain_mapping(properties).items() if not k.startswith("__")}
    if _SECRET_TYPE.fullmatch(kind):
        for field in _SECRET_FIELDS:
            # The names of the entries may be seen, what they hold may not.
            entries = made.get(field)
            if isinstance(entries, dict):
                made[field] = dict.fromkeys(entries, SECRET)
    return made


def _name(metadata: Raw, kind: str, state: Raw, inputs: Mapping[str, object]) -> str:
    """Return `namespace/name` of a Kubernetes object, else the name the program gave."""
    if kind.startswith(_KUBERNETES):
        for properties in (inputs, plain_mapping(state.get("outputs"))):
            name = lookup(properties, ("metadata", "name"))
            namespace = lookup(properties, ("metadata", "namespace"))
            if isinstance(name, str) and name:
                named = f"{namespace}/{name}" if isinstance(namespace, str) and namespace else name
                return clean_line(named, 300)
    # urn:pulumi:<stack>::<project>::<types>::<name>; only the name may hold "::".
    parts = str(metadata.get("urn", "")).split("::", 3)
    return clean_line(parts[-1], 300)


def _changes(metadata: Raw, kind: str, old: Raw, new: Raw) -> tuple[PropertyChange, ...]:
    before = (_inputs(kind, old), _safe(kind, old.get("outputs")))
    after = (_inputs(kind, new), _safe(kind, new.get("outputs")))
    detailed = metadata.get("detailedDiff")
    if isinstance(detailed, Mapping) and detailed:
        found = [_change(str(path), diff, before, after) for path, diff in detailed.items()]
    else:
        found = [_forcing(c, metadata) for c in structural(before[0], after[0])]
    return tuple(c for c in found if not _hidden(kind, c))


def _hidden(kind: str, change: PropertyChange) -> bool:
    if kind.startswith(_KUBERNETES) and _INTERNAL.fullmatch(change.path):
        return True
    return change.path.startswith("__")


def _change(
    path: str, diff: object, before: tuple[object, object], after: tuple[object, object]
) -> PropertyChange:
    body: Raw = diff if isinstance(diff, Mapping) else {}
    kind, _, replaces = str(body.get("diffKind", "update")).partition("-")
    steps = parse_path(path)
    # A difference to the real state stands in the old outputs, not in the old inputs.
    preferred = before if body.get("inputDiff") or has(before[0], steps) else before[::-1]
    change = ChangeKind(kind) if kind in set(ChangeKind) else ChangeKind.UPDATE
    return PropertyChange(
        path=clean_line(path, 500),
        kind=change,
        before=None if change is ChangeKind.ADD else _first(preferred, steps),
        after=None if change is ChangeKind.DELETE else _first(after, steps),
        replaces=replaces == "replace",
    )


def _first(candidates: tuple[object, object], steps: tuple[str | int, ...]) -> object:
    return next((lookup(c, steps) for c in candidates if has(c, steps)), None)


def _forcing(change: PropertyChange, metadata: Raw) -> PropertyChange:
    """Mark a change as forcing a replacement where the engine named its key."""
    keys = metadata.get("keys")
    root = str(parse_path(change.path)[0]) if change.path else ""
    if not isinstance(keys, list) or not {change.path, root} & {str(k) for k in keys}:
        return change
    return PropertyChange(change.path, change.kind, change.before, change.after, replaces=True)
