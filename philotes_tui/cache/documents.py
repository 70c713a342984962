"""JSON documents that are kept, each behind a checksum that finds damage.

It proves nothing about who wrote a document; that is what the folder's owner and mode are
checked for.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

UNFIT = (ValueError, TypeError, KeyError, AttributeError)
"""What reading a document of another shape raises."""


def packed(document: Mapping[str, object]) -> bytes:
    """Return a document as it is kept."""
    body = json.dumps(document, separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def unpacked(content: bytes, expected: Mapping[str, object]) -> Any:
    """Return the document in an entry, or None where it is damaged or another one.

    Args:
        content: What was kept.
        expected: Fields that tell it from others, such as its format.
    """
    checksum, _, body = content.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        return None
    try:
        document = json.loads(body)
        is_expected = all(document[field] == value for field, value in expected.items())
    except (*UNFIT, RecursionError):
        return None
    return document if is_expected else None


def text(value: object) -> str:
    """Return a value that has to be text.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str):
        raise TypeError
    return value
