"""The main job done by commands, for a demo without a terminal: prints what it does and sees."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

import click

from philotes_tui.cli.output import print_json
from philotes_tui.demo import Demo
from philotes_tui.errors import DemoError
from philotes_tui.foreign import clean_line
from philotes_tui.settings import Settings

FIRST, SECOND = "0.2.0", "0.2.1"


@dataclass(frozen=True)
class Result:
    """How one step of the walk ended.

    Attributes:
        seconds: Wall clock of the command.
        seen: What was checked and found, one sentence.
    """

    step: str
    ok: bool
    seconds: float
    seen: str


def walk(demo: Demo, settings: Settings, *, as_json: bool) -> None:
    """List, preview, deploy, list again, deploy another version, then local charts, on `dev`.

    Raises:
        click.exceptions.Exit: A step failed; the exit code is 1.
    """
    steps: list[tuple[Sequence[str], Callable[[str], str]]] = [
        (["versions"], lambda out: _expect(out, FIRST, SECOND)),
        (["preview", FIRST], lambda out: _expect(out, "Deployment")),
        (["deploy", FIRST, "--yes"], lambda _: images(demo, FIRST)),
        (["versions", "--deployed"], lambda out: _expect(_line(out, FIRST), "dev")),
        (["preview", SECOND], lambda out: _expect(out, "Deployment")),
        (["deploy", SECOND, "--yes"], lambda _: images(demo, SECOND)),
        (["preview", "--local"], lambda out: _expect(out, "Deployment")),
        (["deploy", "--local", "--yes"], lambda _: images(demo, "0.1.0")),
        (["stacks"], lambda out: _expect(_line(out, "dev"), "local charts")),
    ]
    results: list[Result] = []
    for arguments, check in steps:
        demo.check()
        results.append(_run(settings, arguments, check, quiet=as_json))
        if not results[-1].ok:
            break
    if as_json:
        print_json({"steps": [asdict(result) for result in results]})
    failed = [result for result in results if not result.ok]
    done = len(results) - len(failed)
    click.echo(f"\n{done} of {len(steps)} steps done, {len(failed)} failed.", err=as_json)
    if failed:
        raise click.exceptions.Exit(1)


def _run(
    settings: Settings, arguments: Sequence[str], check: Callable[[str], str], *, quiet: bool
) -> Result:
    name = f"philotes-tui {' '.join(arguments)}"
    click.echo(f"\n$ {name}", err=quiet)
    begun = time.monotonic()
    command = [sys.executable, "-m", "philotes_tui", "--settings", str(settings.file), *arguments]
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        env=os.environ.copy(),
        start_new_session=True,  # a Ctrl-C of the terminal reaches it as our one signal only
    ) as child:
        try:
            for line in child.stdout or ():
                lines.append(line)
                click.echo(line, nl=False, err=quiet)
            code = child.wait()
        finally:
            _end(child)
    seconds = round(time.monotonic() - begun, 1)
    try:
        seen = f"exit code {code}" if code else check("".join(lines))
        ok = not code
    except DemoError as error:
        seen, ok = error.what, False
    click.echo(f"{'ok' if ok else 'FAILED'} in {seconds} s: {seen}", err=quiet)
    return Result(name, ok, seconds, seen)


def _end(child: subprocess.Popen[str]) -> None:
    """End a command that still runs as a signal ends the walk, and wait until it has.

    A further Ctrl-C is handed on: the command's deploy then stops at once.
    """
    while child.poll() is None:
        with suppress(KeyboardInterrupt):
            child.terminate()
            child.communicate()  # reads on, for the command waits for a full pipe


def _line(text: str, start: str) -> str:
    return next((line for line in text.splitlines() if line.split(" ")[0] == start), "")


def _expect(text: str, *words: str) -> str:
    missing = [word for word in words if word not in text]
    if missing:
        raise DemoError(f"the output lacks {', '.join(missing)}")
    return f"the output names {', '.join(words)}"


def images(demo: Demo, tag: str, namespace: str = "philotes") -> str:
    """Ask the Kubernetes API which images the Deployments run; return a sentence.

    Raises:
        DemoError: Not all api and worker Deployments run this tag, ready.
    """
    answer = demo.cluster.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments").json()
    seen: list[str] = []
    wrong: list[str] = []
    for item in answer["items"]:
        name = item["metadata"]["name"]
        image = item["spec"]["template"]["spec"]["containers"][0]["image"]
        wanted, ready = item["spec"]["replicas"], item["status"].get("readyReplicas", 0)
        told = clean_line(f"{name} {image} {ready}/{wanted} ready", 200)
        seen.append(told)
        stamped = "philotes-api" in image or "philotes-worker" in image
        if ready != wanted or (stamped and not image.endswith(f":{tag}")):
            wrong.append(told)
    if wrong or not seen:
        raise DemoError(f"the cluster does not run {tag}: {'; '.join(wrong) or 'no Deployments'}")
    return f"the cluster runs {'; '.join(seen)}"
