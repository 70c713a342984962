"""An operator with three stacks on the shared demo, who leaves nothing behind."""

import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from philotes_tui.demo import Demo
from philotes_tui.engine.project import ensure_project
from tests.commands.shell import Shell, environment_for


@pytest.fixture
def shell(
    demo: Demo,
    pulumi_environment: dict[str, str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Shell]:
    """Three stacks to which nothing was deployed; afterwards no process and no file is left."""
    namespace = f"cmd-{zlib.crc32(request.node.nodeid.encode())}"
    shell = Shell(demo, tmp_path, environment_for(tmp_path, pulumi_environment), namespace)
    shell.set(
        registry=demo.registry,
        state_dir=str(shell.state),
        backend_url=pulumi_environment["PULUMI_BACKEND_URL"],
        pulumi_home=pulumi_environment["PULUMI_HOME"],
        kubeconfig=str(demo.kubeconfig),
    )
    ensure_project(shell.project)
    for stack in ("dev", "staging", "prod"):
        shell.configure(stack)
    yield shell
    assert none_left(shell) == []
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == []


def none_left(shell: Shell, seconds: float = 10.0) -> list[str]:
    """Return the processes that still run after a moment in which they may end."""
    deadline = time.monotonic() + seconds
    while (left := shell.left_processes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left
