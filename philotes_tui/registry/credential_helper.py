"""Programs that keep logins, spoken to over their protocol (docker/docker-credential-helpers).

`docker-credential-NAME get` reads the host on its standard input and writes JSON with
`ServerURL`, `Username` and `Secret`; `store` reads the same, and `erase` the host. The user
name `<token>` marks an identity token.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process

from philotes_tui.errors import SettingsError
from philotes_tui.foreign import clean_line

IDENTITY = "<token>"
"""The user name under which a program keeps an identity token."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_LARGEST = 256 * 1024
_NOT_FOUND = "credentials not found"
_FAILED = {
    "get": "did not tell the login that it keeps",
    "store": "did not keep the login",
    "erase": "did not forget the login",
}


class HelperFailed(SettingsError):
    """A program that keeps logins is missing, too slow, or fails."""


async def ask_helper(name: str, host: str, *, on: str, within: float) -> tuple[str, str] | None:
    """Return user name and secret that a program keeps for a registry, or None.

    Args:
        name: What follows `docker-credential-` in the program's name.
        host: What it keeps the login under, as it stands in its own list.
        on: The file that names the program.
        within: Seconds it may take; it is ended after that.

    Raises:
        HelperFailed: It is missing, too slow, fails, or answers in another form.
    """
    program = f"docker-credential-{name}"
    output, code = await _run(program, "get", f"{host}\n", on, within)
    if code:
        _check_not_found(output, program, on, code)
        return None
    return _parse(output, program, on)


async def tell_helper(name: str, action: str, text: str, *, on: str, within: float) -> bool:
    """Have a program keep a login or forget one; return False where it knows of none.

    Args:
        name: What follows `docker-credential-` in the program's name.
        action: `store` or `erase`.
        text: What it reads on its standard input: a login as JSON, or the host.
        on: The file that names the program.
        within: Seconds it may take; it is ended after that.

    Raises:
        HelperFailed: It is missing, too slow, or fails.
    """
    program = f"docker-credential-{name}"
    output, code = await _run(program, action, text, on, within)
    if code:
        _check_not_found(output, program, on, code, action)
    return not code


async def _run(program: str, action: str, text: str, on: str, within: float) -> tuple[bytes, int]:
    """Return what a program wrote, and its exit code."""
    name = program.removeprefix("docker-credential-")
    path = shutil.which(program) if _NAME.fullmatch(name) else None
    if path is None:
        raise _failed(program, on, "there is no such program on PATH", action)
    try:
        process = await asyncio.create_subprocess_exec(
            path, action, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )
    except OSError as error:
        raise _failed(program, on, error.strerror or "", action) from error
    try:
        async with asyncio.timeout(within):
            output = await _exchange(process, text)
            code = await process.wait() if len(output) <= _LARGEST else 0
    except TimeoutError:
        raise _failed(program, on, f"it did not answer within {within:g} seconds", action) from None
    finally:
        await _end(process)
    if len(output) > _LARGEST:
        raise _failed(program, on, "it wrote far too much", action)
    return output, code


async def _exchange(process: Process, text: str) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise AssertionError  # pragma: no cover
    try:
        process.stdin.write(text.encode())
        await process.stdin.drain()
        process.stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it answers without reading
    output = bytearray()
    while piece := await process.stdout.read(_LARGEST):
        output += piece
        if len(output) > _LARGEST:
            break
    return bytes(output)


async def _end(process: Process) -> None:
    """End the program and what it started, where it still runs."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    # Without this, waiting lasts for as long as a pipe is full of what nobody reads.
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001
    await process.wait()


def _check_not_found(output: bytes, program: str, on: str, code: int, action: str = "get") -> None:
    said = clean_line(output[:1000].decode("utf-8", "replace"), 200)
    if _NOT_FOUND not in said:
        raise _failed(program, on, said or f"it ended with code {code}", action)


def _parse(output: bytes, program: str, on: str) -> tuple[str, str] | None:
    try:
        content = json.loads(output)
    except (ValueError, RecursionError):
        content = None
    found = content if isinstance(content, dict) else {}
    username, secret = found.get("Username"), found.get("Secret")
    if (
        not isinstance(username, str)
        or not isinstance(secret, str)
        or not is_text(username + secret)
    ):
        raise _failed(program, on, "what it wrote is not a login")
    return (username, secret) if secret else None


def is_text(text: str) -> bool:
    """Whether characters can be written: JSON may hold halves of them (RFC 8259, 8.2)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _failed(program: str, on: str, said: str, action: str = "get") -> HelperFailed:
    return HelperFailed(
        f"{program} {_FAILED[action]}",
        on=on,
        said=said,
        todo=f"Install or mend {program}, or log in with `philotes-tui login`.",
    )
