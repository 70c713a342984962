"""The four charts in a registry of the tests' own, and a shell of somebody who reads it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.commands.shell import Shell, environment_for
from tests.registry.conftest import OwnRegistry

ROOT = Path(__file__).parents[2]
VERSIONS = ("0.1.0", "0.2.0", "0.2.1+build.5", "0.3.0-rc.1")
NEWEST_FIRST = ("0.3.0-rc.1", "0.2.1+build.5", "0.2.0", "0.1.0")


def publish(registry: OwnRegistry, version: str, *options: str | Path, folder: str = "") -> None:
    """Publish all charts as one version, as the release job does."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "philotes_tui.publishing", version),
            *("--registry", folder or registry.charts, "--plain-http"),
            # The checkout that is tested may hold changes.
            *("--helm", str(registry.helm), "--dirty", *map(str, options)),
        ],
        cwd=ROOT,
        env={"HOME": str(registry.folder), "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def shell_for(registry: str, folder: Path) -> Shell:
    """Return a shell whose settings name a registry and nothing else: no cluster, no demo."""
    shell = Shell(None, folder, environment_for(folder, {}), "none")  # type: ignore[arg-type]
    shell.set(state_dir=str(shell.state), registry=registry)
    return shell
