"""One run of the command: from its options to its files."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from philotes_tui.errors import SettingsError
from philotes_tui.publishing.address import ChartFolder
from philotes_tui.publishing.checkout import refuse_uncommitted
from philotes_tui.publishing.helm import Helm, find_helm
from philotes_tui.publishing.moment import moment_of
from philotes_tui.publishing.packages import Package, Packaging, package_charts
from philotes_tui.publishing.release import PublishedChart, State, Target, look, publish
from philotes_tui.publishing.report import as_json, as_line, as_markdown
from philotes_tui.publishing.signing import Signing
from philotes_tui.publishing.soundness import refuse_unsound
from philotes_tui.publishing.version import parse_version, version_of_tag


def run(options: argparse.Namespace) -> None:
    """Do what the options say; print each chart to standard output.

    Raises:
        PhilotesError: it cannot be done; nothing else is raised on purpose.
        OSError: a file cannot be read or written.
    """
    version = version_of_tag(options.tag) if options.tag else parse_version(options.version)
    registry = _folder(options.registry)
    signing = _signing(options)
    if not options.dirty:
        refuse_uncommitted(options.charts)
    program = find_helm(options.helm)
    with tempfile.TemporaryDirectory(prefix="philotes-publishing-") as made:
        scratch = Path(made)
        helm = Helm(program, scratch / "cache", options.plain_http, options.ca_file)
        helm.check()
        packaging = Packaging(version, helm, moment_of(options.charts), signing)
        packages = package_charts(options.charts, scratch / "made", packaging)
        refuse_unsound(packages, helm)
        target = Target(registry, helm, scratch, signing.keyring if signing else None)
        charts = _released(options, target, packages)
    _write(options, version, registry, charts)


def _released(
    options: argparse.Namespace, target: Target, packages: Sequence[Package]
) -> tuple[PublishedChart, ...]:
    if options.dry_run:
        charts = tuple(target.describe(package, "", State.PACKAGED) for package in packages)
    else:
        charts = look(target, packages)
        if not options.check:
            return publish(target, packages, there=charts, tell=_tell)
    for chart in charts:
        _tell(chart)
    return charts


def _tell(chart: PublishedChart) -> None:
    print(as_line(chart), flush=True)  # noqa: T201 - the command's output


def _folder(address: str) -> ChartFolder:
    folder = ChartFolder.parse(address)
    if str(folder) != address.rstrip("/"):
        note = f"note: names in a registry have no capitals, so this publishes to {folder}"
        print(note, file=sys.stderr)  # noqa: T201 - the command's output
    return folder


def _signing(options: argparse.Namespace) -> Signing | None:
    if not options.sign_key and not options.keyring and not options.passphrase_file:
        return None
    if not options.sign_key or not options.keyring:
        raise SettingsError(
            "A signature needs a key and its keyring",
            todo="Give both --sign-key and --keyring, and --passphrase-file if it has one.",
        )
    passphrase = _first_line(options.passphrase_file) if options.passphrase_file else b""
    return Signing(options.sign_key, options.keyring.absolute(), passphrase)


def _first_line(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.readline().rstrip(b"\r\n") + b"\n"
    with Path(file).open("rb") as opened:
        return opened.readline().rstrip(b"\r\n") + b"\n"


def _write(
    options: argparse.Namespace,
    version: str,
    registry: ChartFolder,
    charts: Sequence[PublishedChart],
) -> None:
    if options.json:
        options.json.write_text(as_json(version, registry, charts), encoding="utf-8")
    if options.summary:
        with options.summary.open("a", encoding="utf-8") as file:
            file.write(as_markdown(version, charts))
