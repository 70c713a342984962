"""Pulumi's property values as plain JSON that is safe to show.

Secrets, unknowns, assets and references travel as marked objects and reserved
strings (pulumi/pulumi:sdk/go/common/resource/sig/sig.go,
pulumi/pulumi:sdk/go/common/resource/plugin/rpc.go).
"""

import re
from collections.abc import Mapping

from philotes_tui.foreign import clean_text

SECRET = "[secret]"  # noqa: S105  # what is shown instead of one
UNKNOWN = "(known after deploy)"

SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
_ASSETS = {
    "c44067f5952c0a294b673a41bacd8c17": "[asset]",
    "0def7320c3a5731c473e5ecbe6d01bc7": "[archive]",
}
_REFERENCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWNS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
_DEEPEST = 64


_USER_OF_URL = re.compile(r"(\w://)[^/\s@]+@")


def without_credentials(text: str) -> str:
    """Return text with the user and password of every URL in it masked."""
    return _USER_OF_URL.sub(rf"\1{SECRET}@", text)


def plain(value: object, depth: int = 0) -> object:  # noqa: PLR0911  # one line a kind
    """Return a property value as JSON without secrets, unknowns or control characters."""
    match value:
        case str():
            return UNKNOWN if value in _UNKNOWNS else clean_text(value)
        case Mapping() if SIGNATURE in value:
            return _marked(value, depth)
        case Mapping() | list() | tuple() if depth >= _DEEPEST:
            return "…"
        case Mapping():
            return {clean_text(str(k)): plain(v, depth + 1) for k, v in value.items()}
        case list() | tuple():
            return [plain(item, depth + 1) for item in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return clean_text(str(value))


def _marked(value: Mapping[object, object], depth: int) -> object:
    """Return what stands for a marked object; an unknown mark hides its content."""
    mark = str(value[SIGNATURE])
    if mark in _ASSETS:
        return _ASSETS[mark]
    if mark == _REFERENCE_SIGNATURE:
        return clean_text(str(value.get("urn", "")))
    if mark == _OUTPUT_SIGNATURE and not value.get("secret"):
        return plain(value["value"], depth + 1) if "value" in value else UNKNOWN
    return SECRET


def plain_mapping(value: object) -> dict[str, object]:
    """Return a mapping of property values as safe JSON; anything else gives an empty one."""
    made = plain(value) if isinstance(value, Mapping) else None
    return made if isinstance(made, dict) else {}
