"""`philotes-tui verify`."""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from philotes_tui.cli.completing import stack_option, version_argument
from philotes_tui.cli.looking import tell_notices
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import age, iso, note, print_json, print_table
from philotes_tui.cli.patience import patience
from philotes_tui.cli.published import Published
from philotes_tui.cli.signed import Signed, read_signed
from philotes_tui.cli.wiring import Wiring
from philotes_tui.errors import RegistryUnreachable, ToolMissing
from philotes_tui.foreign import clean_line
from philotes_tui.releases.naming import misnamed, other_version
from philotes_tui.settings import Settings
from philotes_tui.verification import (
    Finding,
    KeyChecker,
    Result,
    check_cosign,
    check_provenance,
    default_keyring,
    key_checker,
    notation,
    public_keys,
    together,
)

_WIDEST = 300
_LONGEST = 2_000
_SENTENCES = {
    Result.VERIFIED: "{name} is signed by {by}, and unchanged since.",
    Result.UNCHECKED: "{name} is signed, and {why}.",
    Result.NOT_SIGNED: "{name} is not signed{asked}.",
    Result.NOT_SEEN: "Whether {name} is signed {unseen}.",
    Result.OTHER_SIGNER: "{name} is signed by another.",
    Result.BROKEN: "{name} has a BROKEN signature: do not deploy it.",
}


@click.command("verify")
@version_argument()
@click.option(
    "--keyring",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="OpenPGP public keys that check the provenance; else ~/.gnupg/pubring.gpg, if it is there",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The public key of cosign, cosign.pub.",
)
@stack_option("Use the registry of this stack.")
@click.option("--offline", is_flag=True, help="Check what was read before; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings,
    version: str,
    keyring: Path | None,
    key: Path | None,
    stack: str | None,
    *,
    offline: bool,
    as_json: bool,
) -> None:
    """Check who signed VERSION, a version, tag, digest, constraint or `latest`.

    Everything that is asked for has to hold: the provenance with --keyring, the
    signature of cosign with --key, and what is signed has to call itself by the name of
    its repository and by VERSION. Exit code 0 says that it does, 1 that it does not,
    and 4 that nobody knows: with --offline, or where something cannot be read.
    """
    checker = _checker(key)
    if keyring is not None:
        public_keys(keyring)  # one that is none is told where nothing is signed too
    published = Wiring(settings).published(stack, offline=offline)
    with patience(f"{published.charts.url} for {version}"):
        signed = asyncio.run(read_signed(published, version))
    tell_notices(published, signed.picked)
    if offline and signed.read_at is not None:
        ago = age(time.time() - signed.read_at)
        note(f"Signatures of cosign are those that were read {ago} ago.")
    ring = keyring or _default(signed)
    chart = published.charts.repository.chart
    found = [_of_this(f, signed, chart) for f in _findings(signed, chart, ring, checker)]
    # What nobody asked about is told of, and does not count.
    counted = [f for f in found if _is_asked(f, keyring=ring, key=key)]
    result = together(counted or [f for f in found if f.result is not Result.NOT_SIGNED])
    if as_json:
        print_json(_document(published, signed, result, found))
    else:
        _print(signed, result, counted or found, found)
    if result is not Result.VERIFIED:
        code = RegistryUnreachable.exit_code if result is Result.NOT_SEEN else 1
        click.get_current_context().exit(code)


def _default(signed: Signed) -> Path | None:
    """Return Helm's own keyring, where there is one and something to check with it."""
    ring = default_keyring(os.environ)
    return ring if signed.package.provenance is not None and ring.is_file() else None


def _of_this(finding: Finding, signed: Signed, chart: str) -> Finding:
    """Return a finding that is verified as broken where it is of another chart than asked for."""
    if finding.result is Result.VERIFIED and (said := misnamed(signed.details, chart)):
        todo = "Do not deploy it; ask its publisher what happened."
        return replace(finding, result=Result.BROKEN, said=said, todo=todo)
    return finding


def _findings(
    signed: Signed, chart: str, ring: Path | None, key: KeyChecker | None
) -> Iterator[Finding]:
    provenance = signed.package.provenance
    if provenance is None:
        yield Finding("provenance", Result.NOT_SIGNED)
    elif ring is None:
        todo = "Name the signer's public keys with --keyring."
        yield Finding("provenance", Result.UNCHECKED, todo=todo)
    else:
        yield _checked_provenance(signed, chart, provenance, ring)
    if signed.stored is None:
        todo = "Run it once without --offline while the registry can be reached."
        yield Finding("cosign", Result.NOT_SEEN, todo=todo)
    else:
        digest = signed.details.digest
        yield from check_cosign(signed.stored, digest, key, signed.place, signed.unread)
    if signed.unread.notation:
        yield notation(signed.place)


def _checked_provenance(signed: Signed, chart: str, provenance: bytes, ring: Path) -> Finding:
    """Check the provenance, which is about a package of one name, its version included.

    That is the name that the chart calls itself: `v1.2.3` or `1.2` may name it as well.
    """
    details = signed.details
    name = f"{chart}-{details.own_version or details.version}.tgz"
    archive = signed.package.archive
    found = check_provenance(_helm(), archive, provenance, name=name, keyring=ring)
    if found.result is Result.VERIFIED and (own := other_version(details)):
        return replace(found, by=f"{found.by}, as version {own}")
    return found


def _is_asked(finding: Finding, *, keyring: Path | None, key: Path | None) -> bool:
    return {"provenance": keyring, "cosign": key}.get(finding.kind) is not None


def _checker(key: Path | None) -> KeyChecker | None:
    """Return what checks with a key; raises ToolMissing where nothing does."""
    if key is None:
        return None
    openssl = shutil.which("openssl")
    checker = key_checker(key, _tool("cosign"), Path(openssl) if openssl else None)
    if checker is None:
        raise ToolMissing(
            "Neither cosign nor openssl is there to check with a key",
            on="PATH",
            todo="Install openssl with the package manager of your system, or cosign 3.",
        )
    return checker


def _helm() -> Path:
    helm = _tool("helm")
    if helm is None:
        raise ToolMissing(
            "helm is not there to check the provenance",
            on="PATH",
            todo="Run `philotes-tui doctor --install`, or install Helm.",
        )
    return helm


def _tool(name: str) -> Path | None:
    from philotes_tui.toolchain import inspect  # noqa: PLC0415 - only where something is checked

    (status,) = inspect([name])
    return status.path if status.fits else None


def _print(signed: Signed, result: Result, counted: list[Finding], found: list[Finding]) -> None:
    rows = [
        (f.kind, f.result.replace("-", " "), clean_line(f.by or f.said, _WIDEST)) for f in found
    ]
    print_table(("SIGNATURE", "RESULT", ""), rows)
    by = " and ".join(f.by for f in counted if f.result is Result.VERIFIED)
    others = any(f.result not in {Result.NOT_SIGNED, Result.NOT_SEEN} for f in found)
    sentence = _SENTENCES[result].format(
        name=signed.picked.name,
        by=by,
        asked=" in a way that was asked for" if others else "",
        why=_why_unchecked(counted),
        unseen=_why_unseen(counted),
    )
    click.echo(clean_line(sentence, _WIDEST))
    click.echo(f"digest: {signed.details.digest}")
    if result is not Result.VERIFIED:
        for finding in found:
            _tell(finding, sentence)


def _tell(finding: Finding, sentence: str) -> None:
    """Tell what is wrong and what to do; a command stands on a line of its own, to be copied."""
    said = "" if finding.said in sentence else finding.said
    todo, *command = finding.todo.splitlines() or [""]
    for text in filter(None, (said, todo)):
        note(f"{finding.kind}: {clean_line(text, _LONGEST)}")
    for line in command:
        note(f"  {clean_line(line, _LONGEST)}")


def _why_unchecked(counted: list[Finding]) -> str:
    said = [f.said for f in counted if f.result is Result.UNCHECKED and f.said]
    return (
        f"that cannot be checked here: {said[0]}"
        if said
        else "nothing was given to check that with"
    )


def _why_unseen(counted: list[Finding]) -> str:
    said = [f.said for f in counted if f.result is Result.NOT_SEEN and f.said]
    if said:
        return f"is not known: {said[0]}"
    return "was not looked for before, and nobody was asked"


def _document(
    published: Published, signed: Signed, result: Result, found: list[Finding]
) -> dict[str, object]:
    return {
        "registry": published.charts.url,
        "wanted": signed.picked.wanted,
        "version": signed.details.version.text,
        "tag": signed.details.tag or None,
        "digest": signed.details.digest,
        "names_itself": {
            "name": signed.details.own_name or None,
            "version": signed.details.own_version or None,
        },
        "cached": published.offline,
        "seen": iso(signed.read_at) if published.offline else None,
        "result": result,
        "checks": [
            {
                "kind": finding.kind,
                "result": finding.result,
                "by": clean_line(finding.by, _WIDEST) or None,
                "said": clean_line(finding.said, _WIDEST) or None,
                "todo": finding.todo or None,
            }
            for finding in found
        ],
    }
