"""The real parts: tools, a demo, and the two ways to do one operation on its cluster."""

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from philotes_tui.cli.demo import prepare
from philotes_tui.cli.walk import images
from philotes_tui.demo import TOOLS as DEMO_TOOLS
from philotes_tui.demo import Demo
from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import Version
from philotes_tui.toolchain import ENGINE_TOOLS, PROVIDER, FoundTool, found, inspect, install_plugin
from philotes_tui.toolchain.cache import cache_root

ROOT = Path(__file__).parent.parent
LANGUAGE_HOST = ROOT / "tests" / "stack" / "language_host.py"
PLAIN_NAMESPACE = "plain-pulumi"
FIRST, SECOND = "0.2.0", "0.2.1"


def environment(home: Path) -> dict[str, str]:
    """Return the variables both sides start with: a home of their own, bytecode kept."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "stack")]),
        "PHILOTES_TUI_CACHE": str(cache_root()),
    }


@dataclass(frozen=True)
class Side:
    """One way to preview and deploy.

    Attributes:
        variables: The whole environment of its processes.
        namespace: Where its stack deploys to.
    """

    variables: Mapping[str, str]
    namespace: str

    def command(self, kind: str, version: str) -> list[str]:
        """Return the command of `preview` or `up`."""
        raise NotImplementedError

    def configure(self, version: str) -> None:
        """Set what the command itself does not: not part of what is measured."""

    @property
    def folder(self) -> Path:
        """Where its commands are run."""
        return Path.cwd()

    def popen(self, kind: str, version: str) -> "subprocess.Popen[str]":
        """Start an operation."""
        return subprocess.Popen(
            self.command(kind, version),
            env=self.variables,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def seconds(self, kind: str, version: str) -> float:
        """Run an operation to its end and return its wall clock."""
        begun = time.monotonic()
        process = self.popen(kind, version)
        said, _ = process.communicate()
        taken = time.monotonic() - begun
        ended_well(process, said)
        return taken


@dataclass(frozen=True)
class Ours(Side):
    """`philotes-tui preview` and `philotes-tui deploy --yes`."""

    settings: Path

    def command(self, kind: str, version: str) -> list[str]:
        """See `Side`."""
        program = [sys.executable, "-m", "philotes_tui", "--settings", str(self.settings)]
        return [*program, *(["preview"] if kind == "preview" else ["deploy", "--yes"]), version]

    def counted(self, programs: Path) -> "Ours":
        """Return the same with the recording `pulumi` first on PATH."""
        path = f"{programs}{os.pathsep}{self.variables['PATH']}"
        return Ours({**self.variables, "PATH": path}, self.namespace, self.settings)


@dataclass(frozen=True)
class Plain(Side):
    """`pulumi preview` and `pulumi up --yes --skip-preview` in a copy of `stack/`."""

    pulumi: Path
    project: Path
    registry: str

    @property
    def folder(self) -> Path:
        """The copy of `stack/`."""
        return self.project

    def command(self, kind: str, version: str) -> list[str]:  # noqa: ARG002 - it is configured
        """See `Side`."""
        verb = ["preview"] if kind == "preview" else ["up", "--yes", "--skip-preview"]
        return [str(self.pulumi), *verb, "--non-interactive"]

    def counted(self, programs: Path) -> "Plain":
        """Return the same with the recording `pulumi`."""
        pulumi = programs / "pulumi"
        return Plain(self.variables, self.namespace, pulumi, self.project, self.registry)

    def configure(self, version: str) -> None:
        """Pin a version, as philotes-tui does for its own stack."""
        charts = ChartRegistry(self.registry, "philotes", plain_http=True)
        digest = asyncio.run(charts.digest(Version.parse(version)))
        self.set(chartVersion=version, chartDigest=digest)

    def set(self, **values: str) -> None:
        """Set keys of the stack's configuration."""
        pairs = [f"philotes:{key}={value}" for key, value in values.items()]
        self.run("config", "set-all", *(part for pair in pairs for part in ("--plaintext", pair)))

    def run(self, *arguments: str) -> None:
        """Run `pulumi` in the project."""
        done = subprocess.run(
            [self.pulumi, *arguments, "--non-interactive"],
            env=self.variables,
            cwd=self.project,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"pulumi {arguments[0]} failed:\n{done.stdout}{done.stderr}")


@dataclass(frozen=True)
class Parts:
    """The running demo and both sides, each with a stack and a namespace of its own.

    Attributes:
        starts: Where the `pulumi` in `counting` writes a line for each of its starts.
        versions: The next version to deploy, always another one than is deployed.
    """

    demo: Demo
    ours: Ours
    plain: Plain
    counting: Path
    starts: Path
    versions: Iterator[str]

    def check(self, side: Side, version: str) -> None:
        """Make sure that the cluster runs a version; raises DemoError."""
        images(self.demo, version, side.namespace)


def ended_well(process: "subprocess.Popen[str]", said: str) -> None:
    """Stop the run with what a command said if it failed."""
    if process.returncode:
        raise SystemExit(f"{process.args!r} ended with {process.returncode}:\n{said[-3000:]}")


def tools() -> dict[str, FoundTool]:
    """Return all tools; none is built or downloaded while measuring."""
    statuses = inspect((*ENGINE_TOOLS, *DEMO_TOOLS))
    lacking = [f"{status.name}: {status.why}" for status in statuses if not status.fits]
    if lacking:
        raise SystemExit("\n".join([*lacking, "`make tools` gets them first"]))
    return {status.name: found(status) for status in statuses}


@contextmanager
def running(folder: Path) -> Iterator[Parts]:
    """Start the demo and set both sides up; everything ends and goes with the context."""
    have = tools()
    paths = {name: tool.path for name, tool in have.items()}
    with Demo.start(folder / "demo", paths, ROOT / "charts") as demo:
        install_plugin(have[PROVIDER], demo.pulumi_home)
        settings = prepare(demo)
        pulumi = have["pulumi"].path
        variables = {**environment(folder), **demo.pulumi_environment()}
        path = f"{pulumi.parent}{os.pathsep}{variables['PATH']}"
        ours = Ours({**variables, "PATH": path}, "philotes", settings.file)
        starts = folder / "starts"
        starts.touch()
        counting = _counting(folder / "counting", pulumi, starts)
        plain = _plain(folder, pulumi, variables, demo)
        yield Parts(demo, ours, plain, counting, starts, cycle((FIRST, SECOND)))


def _plain(folder: Path, pulumi: Path, variables: Mapping[str, str], demo: Demo) -> Plain:
    backend = folder / "backend"
    backend.mkdir()
    checkout = folder / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml")
    shutil.copytree(ROOT / "stack", checkout / "stack", ignore=ignored)
    shutil.copytree(ROOT / "charts", checkout / "charts")
    programs = folder / "programs"
    _script(
        programs / "pulumi-language-python",
        f'exec {shlex.quote(sys.executable)} {shlex.quote(str(LANGUAGE_HOST))} "$@"',
    )
    without = {key: value for key, value in variables.items() if key != "PYTHONPATH"}
    plain = Plain(
        {
            **without,
            # Of what else is on PATH only the system's own: no second provider.
            "PATH": os.pathsep.join([str(programs), "/usr/bin", "/bin"]),
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "for this measurement only",
        },
        PLAIN_NAMESPACE,
        pulumi,
        checkout / "stack",
        demo.registry,
    )
    plain.run("stack", "init", "dev")
    plain.set(
        environment="dev",
        chartRegistry=demo.registry,
        kubeContext=demo.context,
        namespace=PLAIN_NAMESPACE,
    )
    return plain


def _counting(folder: Path, pulumi: Path, starts: Path) -> Path:
    """Make a `pulumi` that writes its arguments down, then becomes the real one."""
    note = f"printf '%s\\n' \"$*\" >>{shlex.quote(str(starts))}"
    _script(folder / "pulumi", f'{note}\nexec {shlex.quote(str(pulumi))} "$@"')
    return folder


def _script(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
