"""Runs the real program as a person or a script would, and looks at what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from philotes_tui.demo import Demo
from philotes_tui.engine.stack_file import new_stack_text, stack_path
from tests.chart_values import SETTLED, merged
from tests.terminal.driver import Terminal

MARK = "PHILOTES_TEST_MARK"
"""A variable that every process inherits which the program starts, to find them by."""
ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Ended:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)

    def told(self, code: int, *words: str) -> str:
        """Check that it ended in a sentence with these words and this code; return stderr."""
        assert self.code == code, f"{self.code} instead of {code}:\n{self.out}\n{self.err}"
        for word in words:
            assert word in self.err, f"“{word}” is missing in:\n{self.err}"
        assert "error: " in self.err
        assert "  do:   " in self.err
        assert "Traceback" not in self.out + self.err
        return self.err


class Running:
    """A command that runs, with its standard error read along."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            start_new_session=True,
            # Whoever runs the tests may ignore it (nohup); an operator's shell does not.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509
        )
        self._ended = False
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._ended:
            self.process.kill()
            self.end()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_for(self, text: str, seconds: float = 60.0) -> None:
        """Wait until standard error has said a text."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not any(text in line for line in self._lines):
                left = deadline - time.monotonic()
                assert left > 0, f"“{text}” was not said:\n{''.join(self._lines)}"
                assert self._reader.is_alive(), f"it ended:\n{''.join(self._lines)}"
                self._news.wait(min(left, 1.0))

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def end(self, seconds: float = 60.0) -> Ended:
        """Wait for its end."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with self.process.stdout, self.process.stderr:
            out = self.process.stdout.read()
            code = self.process.wait(seconds)
            self._reader.join(seconds)
        self._ended = True
        return Ended(code, out, "".join(self._lines))


@dataclass(frozen=True)
class Shell:
    """An operator's own settings on the shared demo: own backend, stacks and namespaces.

    Attributes:
        folder: Everything of this operator stands below it.
        environment: The environment of what they start.
        values: What stands in the settings file.
    """

    demo: Demo
    folder: Path
    environment: dict[str, str]
    namespace: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "settings.toml"

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    @property
    def project(self) -> Path:
        """The folder of the stack files."""
        return self.state / "project"

    @property
    def log(self) -> str:
        """What the log file holds."""
        return (self.state / "philotes-tui.log").read_text()

    def set(self, **values: object) -> None:
        """Change the settings file."""
        self.values.update(values)
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in self.values.items()]
        self.settings.write_text("".join(lines))

    def configure(self, stack: str = "dev", values: str = "", **config: str) -> Path:
        """Write a stack file, with chart values given as indented YAML; return it."""
        suffix = "" if stack == "dev" else f"-{stack}"
        initial = {
            "namespace": self.namespace + suffix,
            "kubeContext": self.demo.context,
            **config,
        }
        path = stack_path(self.project, stack)
        old = path.read_text() if path.exists() else ""
        salt = [line for line in old.splitlines(keepends=True) if line.startswith("encryption")]
        text = new_stack_text(stack, initial)
        text += f"  philotes:values:\n{merged(SETTLED, values)}"
        path.write_text(text + "".join(salt))
        return path

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the whole command line."""
        program = [sys.executable, "-m", "philotes_tui", "--settings", str(self.settings)]
        return [*program, *map(str, arguments)]

    def run(self, *arguments: str | Path, **env: str) -> Ended:
        """Run a command without a terminal to its end."""
        done = subprocess.run(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**self.environment, **env},
            check=False,
            timeout=180,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **env: str) -> Running:
        """Start a command without a terminal; use it as a context manager."""
        return Running(self.command(*arguments), {**self.environment, **env})

    def terminal(self, *arguments: str, columns: int = 100, rows: int = 40) -> Terminal:
        """Start a command in a pseudo-terminal; use it as a context manager."""
        return Terminal(self.command(*arguments), self.environment, columns=columns, rows=rows)

    def locks(self) -> list[Path]:
        """Return the locks in the backend."""
        return list((self.folder / "backend" / ".pulumi" / "locks").rglob("*.json"))

    def left_processes(self) -> list[str]:
        """Return the command lines of processes that this operator's commands left."""
        mark = f"{MARK}={self.environment[MARK]}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found


def environment_for(folder: Path, pulumi: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with nothing of this machine's user, and folders of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PHILOTES_", "PULUMI_"))}
    (folder / "tmp").mkdir()
    (folder / "home").mkdir()
    return {
        **kept,
        **pulumi,
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'stack'}",
        "PHILOTES_STACK_CACHE": str(folder / "staged-charts"),
        "PHILOTES_TUI_CACHE": str(_own_cache(folder / "cache")),
        MARK: folder.as_posix(),
    }


def _own_cache(folder: Path) -> Path:
    """Make a cache that has the user's tools, and of registries only what is seen with it."""
    folder.mkdir()
    users = Path(os.environ.get("PHILOTES_TUI_CACHE") or user_cache())
    for entry in users.iterdir() if users.is_dir() else ():
        if entry.name != "registry":
            (folder / entry.name).symlink_to(entry)
    return folder


def user_cache() -> Path:
    """Return the cache of tools, which stays the user's although HOME does not."""
    from philotes_tui.toolchain.cache import Cache  # noqa: PLC0415

    return Cache.default().root
