"""Who a certificate of Sigstore's authority is made out to, told without trusting it.

Only what is shown is read; nothing here verifies. The fields are those of X.509 (RFC 5280,
section 4.2.1.6) and of sigstore/fulcio:docs/oid-info.md, written in DER (ITU-T X.690).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from philotes_tui.foreign import clean_line

_ALTERNATIVE_NAME = bytes.fromhex("551d11")  # 2.5.29.17
_ISSUER = bytes.fromhex("2b0601040183bf300108")  # 1.3.6.1.4.1.57264.1.8, DER
_OLD_ISSUER = bytes.fromhex("2b0601040183bf300101")  # 1.3.6.1.4.1.57264.1.1, the bare text
_EXTENSIONS = 0xA3
_OTHER_NAME = 0xA0
_PLAIN_NAMES = frozenset({0x81, 0x82, 0x86})  # e-mail address, host, URI
_LONG_FORM = 0x80
_LONGEST = 400


@dataclass(frozen=True)
class Identity:
    """Who a certificate says that signed.

    Attributes:
        name: An e-mail address, or the URI of a workflow, for instance.
        issuer: Who vouched for that: the address of an OpenID Connect provider.
    """

    name: str
    issuer: str


def identity_of(certificate: bytes) -> Identity | None:
    """Return who a certificate is made out to, cleaned; None where it cannot be read.

    Args:
        certificate: In DER.
    """
    try:
        ((_, content),) = _items(certificate)
        (_, told), *_ = _items(content)
        found = dict(_extensions(told))
        issuer = _text(found[_ISSUER]) if _ISSUER in found else found.get(_OLD_ISSUER, b"")
        return Identity(_name(found[_ALTERNATIVE_NAME]), _clean(issuer))
    except (ValueError, IndexError, KeyError):
        return None


def _extensions(told: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield identifier and value of each extension."""
    for tag, content in _items(told):
        if tag == _EXTENSIONS:
            ((_, listed),) = _items(content)
            for _, each in _items(listed):
                (_, identifier), *_, (_, value) = _items(each)
                yield identifier, value


def _name(value: bytes) -> str:
    """Return the one alternative name that there is."""
    (((_, names)),) = _items(value)
    ((tag, name),) = _items(names)
    if tag == _OTHER_NAME:  # an identifier, and the name wrapped twice
        _, (_, wrapped) = _items(name)
        name = _text(wrapped)
    elif tag not in _PLAIN_NAMES:
        raise ValueError
    return _clean(name)


def _text(value: bytes) -> bytes:
    ((_, text),) = _items(value)
    return text


def _clean(text: bytes) -> str:
    return clean_line(text.decode(), _LONGEST)


def _items(content: bytes) -> list[tuple[int, bytes]]:
    """Return tag and content of each element.

    Raises:
        ValueError, IndexError: It is no DER with lengths of up to four bytes.
    """
    found, at = [], 0
    while at < len(content):
        tag, length = content[at], content[at + 1]
        at += 2
        if length >= _LONG_FORM:
            count = length - _LONG_FORM
            if not 1 <= count <= 4:  # noqa: PLR2004 - bytes of a length
                raise ValueError
            length = int.from_bytes(content[at : at + count])
            at += count
        if at + length > len(content):
            raise ValueError
        found.append((tag, content[at : at + length]))
        at += length
    return found
