"""Running Helm: package, push, pull; its refusals become errors that say what to do."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from philotes_tui.errors import RegistryUnreachable, ToolMissing, ToolUnfit
from philotes_tui.foreign import clean_text
from philotes_tui.publishing.errors import PublishingError
from philotes_tui.publishing.refusal import is_missing, refusal
from philotes_tui.publishing.signing import Signing

_WITHIN_S = 300.0
_OLDEST = (3, 17)  # the first to pull by digest
_DIGEST = re.compile(r"(?m)^Digest: (sha256:[0-9a-f]{64})\s*$")
_VERSION = re.compile(r"v(\d+)\.(\d+)")
_UNWANTED = ("HELM_DEBUG", "HELM_BURST_LIMIT", "HELM_NAMESPACE")


@dataclass(frozen=True)
class Finished:
    """How a run of Helm ended.

    Attributes:
        code: The exit code.
        output: What it wrote, standard output and standard error.
    """

    code: int
    output: str


Run = Callable[[Sequence[str], Mapping[str, str], bytes], Finished]
"""Runs a command line with variables beside its own, and bytes for its standard input."""


def run_program(argv: Sequence[str], variables: Mapping[str, str], stdin: bytes = b"") -> Finished:
    """Run a program in this process's environment; its end is waited for, or forced.

    Raises:
        ToolUnfit: it cannot be started.
        RegistryUnreachable: it took longer than five minutes.
    """
    inherited = {name: text for name, text in os.environ.items() if name not in _UNWANTED}
    try:
        done = subprocess.run(
            argv,
            env={**inherited, **variables},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RegistryUnreachable(
            f"helm {argv[1]} did not end within {_WITHIN_S:.0f} seconds",
            on=argv[-1],
            todo="Check network and proxy, and run this again: what is published is kept.",
        ) from error
    except OSError as error:
        raise ToolUnfit("Helm cannot be started", on=argv[0], said=str(error.strerror)) from error
    return Finished(done.returncode, clean_text(done.stdout.decode(errors="replace")))


@dataclass(frozen=True)
class Helm:
    """Helm with what each of its runs needs.

    Attributes:
        program: Its path.
        cache: A folder for what it caches; empty at first, so that a pull asks the registry.
        plain_http: Whether the registry speaks HTTP without TLS.
        ca_file: The certificates the registry's own is checked against.
        run: What runs it.
    """

    program: Path
    cache: Path
    plain_http: bool = False
    ca_file: Path | None = None
    run: Run = field(default=run_program)

    def check(self) -> str:
        """Return Helm's version.

        Raises:
            ToolUnfit: it is older than 3.17, or does not run.
        """
        said = self._run("version", "--template", "{{.Version}}").output.strip()
        found = _VERSION.match(said)
        if found is None or (int(found[1]), int(found[2])) < _OLDEST:
            raise ToolUnfit(
                "This Helm is too old to publish with",
                on=str(self.program),
                said=said,
                todo="Install Helm 3.17 or later, or name another one with --helm.",
            )
        return said

    def package(
        self, charts: Sequence[Path], version: str, into: Path, signing: Signing | None
    ) -> None:
        """Package folders as one version.

        Raises:
            PublishingError: Helm refuses a chart or the key.
        """
        stamp = ("--version", version, "--app-version", version, "--destination", str(into))
        signed = signing.options if signing else ()
        stdin = signing.passphrase if signing else b""
        names = [str(chart) for chart in charts]
        done = self._run("package", *stamp, *signed, *names, stdin=stdin)
        if done.code:
            raise PublishingError(
                "Helm could not package a chart",
                on=", ".join(chart.name for chart in charts),
                said=done.output,
                todo="Correct the chart, or the key that signs it; nothing was published.",
            )

    def lint(self, archive: Path) -> Finished:
        """Return what the linter says of an archive; a warning counts as a fault."""
        return self._run("lint", "--strict", str(archive))

    def render(self, archive: Path) -> Finished:
        """Render an archive with its own values, as a first release of its name."""
        return self._run("template", "philotes", str(archive))

    def push(self, archive: Path, folder: str) -> str:
        """Push an archive, its provenance along if it lies beside it; return the digest.

        Raises:
            RegistryError: the registry refuses or does not answer.
        """
        done = self._run("push", str(archive), folder, *self._transport())
        if done.code:
            raise refusal(f"{archive.stem} could not be pushed", folder, done.output)
        return _digest(done, folder)

    def pull(self, reference: str, place: Path, *, version: str = "") -> str | None:
        """Pull an archive; return its digest, None if there is none.

        Args:
            reference: `oci://HOST/PATH/NAME`, or the same with `@sha256:…`.
            place: Where the archive goes, in a folder of its own, which is made; its
                provenance, if there is one, goes beside it as `.prov`.
            version: Which version, where the reference has no digest.

        Raises:
            RegistryError: the registry refuses or does not answer.
        """
        into = place.parent
        into.mkdir(parents=True)
        wanted = ("--version", version) if version else ()
        options = (*wanted, "--prov", "--destination", str(into), *self._transport())
        done = self._run("pull", reference, *options)
        if done.code and is_missing(done.output):
            return None
        archives = sorted(into.glob("*.tgz"))
        if done.code or len(archives) != 1:
            what = "What is published there could not be read"
            raise refusal(what, f"{reference} {version}".strip(), done.output)
        for pulled in (archives[0], *into.glob("*.prov")):  # Helm names it by tag or digest
            pulled.rename(place if pulled in archives else provenance_of(place))
        return _digest(done, reference)

    def verify(self, archive: Path, keyring: Path) -> None:
        """Check an archive against its provenance, which names the archive's file.

        Raises:
            PublishingError: the signature or the archive is not what was signed.
        """
        done = self._run("verify", str(archive), "--keyring", str(keyring))
        if done.code:
            raise PublishingError(
                "The signature of a chart cannot be verified", on=archive.name, said=done.output
            )

    def _transport(self) -> tuple[str, ...]:
        plain = ("--plain-http",) if self.plain_http else ()
        trusted = ("--ca-file", str(self.ca_file)) if self.ca_file else ()
        return plain + trusted

    def _run(self, *arguments: str, stdin: bytes = b"") -> Finished:
        cache = str(self.cache)
        variables = {
            "HELM_CACHE_HOME": cache,
            "HELM_CONTENT_CACHE": f"{cache}/content",
            "HELM_REPOSITORY_CACHE": f"{cache}/repository",
            "TZ": "UTC",  # `created` is written in the zone of the machine otherwise
        }
        return self.run([str(self.program), *arguments], variables, stdin)


def find_helm(given: Path | None) -> Path:
    """Return Helm's program: the given one, or the one on PATH.

    Raises:
        ToolMissing: there is none.
    """
    found = shutil.which(given or "helm")
    if found is None:
        raise ToolMissing(
            "Helm is not there",
            on=str(given or "PATH"),
            todo="Install Helm 3.17 or later (helm.sh/docs/intro/install), or name it with --helm.",
        )
    return Path(found).absolute()


def provenance_of(archive: Path) -> Path:
    """Return where the provenance of an archive lies."""
    return archive.with_name(f"{archive.name}.prov")


def _digest(done: Finished, on: str) -> str:
    found = _DIGEST.search(done.output)
    if found is None:
        raise PublishingError("Helm told no digest", on=on, said=done.output)
    return found[1]
