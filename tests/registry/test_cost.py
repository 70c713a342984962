"""What a question costs before its first byte: imports, and TLS that nobody speaks."""

import subprocess
import sys

import pytest

from tests.registry.fake_registry import FakeRegistry, as_json

ASK = """
import asyncio, sys
from philotes_tui.registry import ChartRegistry, NoCredentials
import philotes_tui.registry.transport as transport

def spoken(*_):
    raise AssertionError("no TLS is spoken here")

transport.tls_context = spoken
registry = ChartRegistry(sys.argv[1], credentials=NoCredentials())
asyncio.run(registry.catalog())
print(*sys.modules)
"""


def modules_after(script: str, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "httpx",
        "httpcore",
        "anyio",
        "yaml",
        "tarfile",
        "certifi",
        "textual",
        "pulumi",
        "urllib.request",
    ],
)
def test_importing_the_client_does_not_import(module: str) -> None:
    assert module not in modules_after("import philotes_tui.registry, sys; print(*sys.modules)")


def test_listing_over_plain_http_makes_no_tls_context_and_imports_no_command_line() -> None:
    with FakeRegistry(lambda _: as_json({"tags": ["0.1.0"]})) as fake:
        modules = modules_after(ASK, fake.folder)
    assert not modules & {"httpx._main", "rich", "click", "pygments", "yaml", "tarfile", "textual"}
