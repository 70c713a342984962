"""HTTP/1.1 (RFC 9112), a client's half: one request out, one bounded answer in.

Only what a registry needs: no upgrade, no pipelining, no trailers kept. It is here
because an HTTP library costs more time to import than most questions take.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")
_READ = 64 * 1024
_MOST_HEADERS = 200
_MOST_INTERIM = 20

LONGEST_HEAD = 64 * 1024
"""Bytes of the status line and all headers; also the buffer of a connection."""


class BrokenOff(Exception):
    """The connection ended before the answer was complete.

    Args:
        said: What happened, in few words.
        began: Whether any byte of the answer had come.
    """

    def __init__(self, said: str, *, began: bool = True) -> None:
        self.began = began
        super().__init__(said)


class NotHttp(Exception):
    """Something came that is no HTTP answer."""


@dataclass(frozen=True)
class Head:
    """Status and headers of an answer.

    Attributes:
        status: Three digits.
        headers: Names in lower case; a header that came twice is joined with a comma.
        persistent: Whether the connection may serve another request after this answer.
    """

    status: int
    headers: Mapping[str, str]
    persistent: bool


def request_head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """Return the request's first line and headers as they go over the wire.

    Raises:
        ValueError: A part would break the line it stands in.
    """
    if _UNFIT.search(target):
        raise ValueError("a character in the address cannot be sent")
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers.items():
        if not value.isascii() or "\r" in value or "\n" in value or "\0" in value:
            raise ValueError(f"the header {name} cannot be sent")
        lines.append(f"{name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Return status and headers; interim answers (1xx) are passed over.

    Raises:
        BrokenOff: The connection ended.
        NotHttp: It is something else, or longer than is sensible.
    """
    for _ in range(_MOST_INTERIM):
        head = _parse_head(await _until(reader, b"\r\n\r\n"))
        if head.status >= HTTPStatus.OK or head.status == HTTPStatus.SWITCHING_PROTOCOLS:
            return head
    raise NotHttp("it announces an answer again and again")


async def _until(reader: asyncio.StreamReader, end: bytes) -> bytes:
    try:
        return (await reader.readuntil(end))[: -len(end)]
    except asyncio.IncompleteReadError as error:
        if error.partial and not b"HTTP/1.".startswith(error.partial[:7]):
            raise NotHttp(_quoted(error.partial)) from None
        raise BrokenOff("it ended before the answer", began=bool(error.partial)) from None
    except asyncio.LimitOverrunError:
        raise NotHttp("its headers do not end") from None


def _parse_head(raw: bytes) -> Head:
    first, *lines = raw.split(b"\r\n")
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        raise NotHttp(_quoted(first))
    if len(lines) > _MOST_HEADERS:
        raise NotHttp("it has too many headers")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            raise NotHttp("a header cannot be read")
        key, text = name.decode("ascii").lower(), value.strip().decode("utf-8", "replace")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    kept = headers.get("connection", "").lower()
    persistent = "close" not in kept if status[1] == b"1" else "keep-alive" in kept
    return Head(int(status[2]), headers, persistent)


def _quoted(start: bytes) -> str:
    return f"it said “{start[:60].decode('utf-8', 'replace')}”"


async def read_body(
    reader: asyncio.StreamReader, head: Head, method: str, limit: int
) -> tuple[bytes, bool]:
    """Return the body, at most one byte more than `limit`, and whether that is all of it.

    Raises:
        BrokenOff: The connection ended within it.
        NotHttp: Its length cannot be told.
    """
    if method == "HEAD" or head.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        return b"", True
    body = bytearray()
    async for piece in _pieces(reader, head):
        body += piece
        if len(body) > limit:
            return bytes(body[: limit + 1]), False
    return bytes(body), True


def is_endless(head: Head) -> bool:
    """Whether the body of an answer ends with the connection and not before."""
    return "transfer-encoding" not in head.headers and "content-length" not in head.headers


async def _pieces(reader: asyncio.StreamReader, head: Head) -> AsyncIterator[bytes]:
    coding = head.headers.get("transfer-encoding")
    if coding is not None:
        if coding.lower() != "chunked":
            raise NotHttp("its transfer coding is unknown")
        async for piece in _chunks(reader):
            yield piece
    elif is_endless(head):
        while piece := await reader.read(_READ):
            yield piece
    else:
        async for piece in _exactly(reader, _content_length(head)):
            yield piece


def _content_length(head: Head) -> int:
    """Return the length; the same one said several times counts once (RFC 9112, 6.3)."""
    said = {part.strip() for part in head.headers["content-length"].split(",")}
    length = said.pop()
    if said or not (length.isascii() and length.isdigit() and len(length) <= len(str(2**62))):
        raise NotHttp("its length cannot be read")
    return int(length)


async def _exactly(reader: asyncio.StreamReader, length: int) -> AsyncIterator[bytes]:
    while length:
        piece = await reader.read(min(_READ, length))
        if not piece:
            raise BrokenOff(f"{length} bytes of the answer are missing")
        length -= len(piece)
        yield piece


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while True:
        size = _CHUNK_SIZE.fullmatch(await _until(reader, b"\r\n"))
        if size is None:
            raise NotHttp("its chunks cannot be read")
        length = int(size[1], 16)
        if not length:
            break
        async for piece in _exactly(reader, length):
            yield piece
        if await _until(reader, b"\r\n"):
            raise NotHttp("its chunks cannot be read")
    for _ in range(_MOST_HEADERS):  # trailers
        if not await _until(reader, b"\r\n"):
            return
    raise NotHttp("its trailers do not end")
