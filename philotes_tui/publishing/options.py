"""The command line of `python3 -m philotes_tui.publishing`."""

import argparse
from pathlib import Path

_DESCRIPTION = """\
Package all charts as one version and push them to a registry, the umbrella last.

The charts are packaged in a temporary copy. Version and appVersion of every chart, and of
the subcharts inside the umbrella, become VERSION. What is published already with the same
content is kept; with other content nothing is pushed at all. Each pushed chart is pulled
back by its digest and compared. Packages that Helm cannot lint and render are refused, and
in a git checkout files below the charts that are changed or not tracked. Log in first:
`helm registry login HOST`.
"""
_EXIT_CODES = """\
exit codes:
  0    published, or there already
  1    Helm refused a chart or a key, or what was pulled back is not what was pushed
  2    wrong usage
  3    the version, the registry's address or a chart is wrong, or a chart is not committed
  4    the registry refuses, or does not answer
  5    the version is published with other content, and nothing was pushed; or another run
       published it at the same time
  7    Helm is missing or too old
  11   a file cannot be read or written
  130, 143   Ctrl-C or SIGTERM; run it again, what is published is kept
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python3 -m philotes_tui.publishing",
        description=_DESCRIPTION,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("version", metavar="VERSION", nargs="?", help="SemVer 2.0.0, without a v")
    what.add_argument("--tag", metavar="vVERSION", help="the tag of the source instead")
    add = made.add_argument
    add("--registry", required=True, metavar="oci://HOST/PATH", help="folder of the charts")
    add("--charts", type=Path, default=Path("charts"), metavar="DIR", help="default: charts")
    add("--dirty", action="store_true", help="publish files that are in no commit as well")
    add("--helm", type=Path, metavar="PATH", help="default: helm on PATH; 3.17 or later")
    transport = made.add_mutually_exclusive_group()
    transport.add_argument("--plain-http", action="store_true", help="a registry without TLS")
    transport.add_argument("--ca-file", type=Path, metavar="FILE", help="certificates to trust")
    add("--sign-key", metavar="NAME", help="sign each package with this PGP key")
    add("--keyring", type=Path, metavar="FILE", help="keyring with the key, in binary form")
    add("--passphrase-file", metavar="FILE", help="first line unlocks the key; - is stdin")
    only = made.add_mutually_exclusive_group()
    only.add_argument("--dry-run", action="store_true", help="render only; ask no registry")
    only.add_argument("--check", action="store_true", help="compare only; push nothing")
    add("--json", type=Path, metavar="FILE", help="write the release as JSON")
    add("--summary", type=Path, metavar="FILE", help="append a table in Markdown")
    return made
