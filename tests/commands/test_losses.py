"""The disk is full, or the cluster goes away in the middle of a deploy."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from philotes_tui.demo import Demo
from tests.commands.shell import Ended, Shell
from tests.engine.chain import NEVER_READY

pytestmark = pytest.mark.real


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 128 KiB that is full."""
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder],
        capture_output=True, check=False,
    ).returncode:  # fmt: skip
        pytest.skip("only root can make a file system that is full")
    try:
        filler = folder / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        yield filler
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_under_the_state_folder_is_told_and_nothing_is_deployed(shell: Shell) -> None:
    shell.set(project_dir=str(shell.project), state_dir=str(shell.folder / "small"))
    with small_disk(shell.folder / "small") as filler:
        assert shell.run("versions").code == 0
        ended = shell.run("deploy", "0.1.0", "--yes", "--json")
        ended.told(11, str(filler.parent), "No space left on device", "Free some space")
        assert ended.json["error"]["kind"] == "state-folder"
        filler.unlink()
        assert shell.run("preview", "0.1.0").code == 0


def test_a_state_folder_that_is_no_folder_is_named(shell: Shell) -> None:
    place = shell.folder / "file"
    place.write_text("")
    shell.set(state_dir=str(place))
    shell.run("versions").told(11, "The log file cannot be written", str(place))


def test_a_limit_on_the_size_of_files_is_told(shell: Shell) -> None:
    assert shell.run("preview", "0.1.0").code == 0
    limit = 8 * 1024
    done = subprocess.run(
        shell.command("preview", "0.2.0"), capture_output=True, text=True, check=False,
        env=shell.environment,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    Ended(done.returncode, done.stdout, done.stderr).told(11, "file too large", "Free some space")
    assert shell.run("preview", "0.2.0").code == 0


@pytest.fixture
def own_demo(
    tools: dict[str, Path], charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """A demo whose parts may be stopped."""
    with Demo.start(tmp_path_factory.mktemp("own-demo") / "state", tools, charts) as running:
        yield running


def api_server_of(demo: Demo) -> int:
    """Return the id of the demo's API server process."""
    port = demo.api_server.rpartition(":")[2]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if line.partition("\0")[0].endswith("kube-apiserver") and f"--secure-port={port}\0" in line:
            return int(process.name)
    raise AssertionError("the demo runs no API server")


def test_a_cluster_that_goes_away_in_mid_deploy_is_told_and_the_stack_stays_usable(
    shell: Shell, own_demo: Demo
) -> None:
    shell.set(kubeconfig=str(own_demo.kubeconfig))
    shell.configure(values=NEVER_READY)
    with shell.start("deploy", "0.1.0", "--yes", "--json") as running:
        running.wait_for("Pods available)")
        os.kill(api_server_of(own_demo), signal.SIGKILL)
        running.wait_for("still waiting for ")
        running.wait_for("does not answer")
        running.send(signal.SIGINT)
        ended = running.end()
    ended.told(8, "The deploy was cancelled", "failed:    Deployment")
    assert shell.locks() == []
    shell.run("deploy", "0.1.0", "--yes").told(6, "connection refused")
    assert shell.run("stacks").code == 0
