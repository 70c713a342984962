"""What lies in the charts' folder and is in no commit: it would be published unseen."""

import subprocess
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from philotes_tui.foreign import clean_text
from philotes_tui.publishing.errors import ChartUnfit
from philotes_tui.publishing.packages import MADE_ANEW

_WITHIN_S = 20
_MOST_NAMED = 3


def refuse_uncommitted(charts: Path) -> None:
    """Refuse charts that are not as they are committed, or of which that cannot be known.

    Without git, or outside a checkout, nothing is known of them and nothing refused.

    Raises:
        ChartUnfit: a file is changed or not tracked (git-status(1)); or git does not answer for
            a checkout that is there.
    """
    files = uncommitted(charts)
    if not files:
        return
    more = [f"and {len(files) - _MOST_NAMED} more"] if len(files) > _MOST_NAMED else []
    raise ChartUnfit(
        "The charts are not as they are committed, so nothing was published",
        on=str(charts),
        said="\n".join(list(files[:_MOST_NAMED]) + more),
        todo="Commit what belongs to the release and move the rest away, "
        "or publish all of it with --dirty.",
    )


def uncommitted(charts: Path) -> tuple[str, ...]:
    """Return the files below a folder that are changed or not tracked, by their paths.

    Helm knows nothing of `.gitignore`: what git ignores is packaged as well, but for what is made
    anew and what `.helmignore` leaves out.

    Raises:
        ChartUnfit: a checkout is there and git does not answer for it.
    """
    command = ["git", "--no-optional-locks", "-C", str(charts), "status", "--porcelain", "-z"]
    options = ["--no-renames", "--untracked-files=all", "--ignored", "--", "."]
    try:
        done = subprocess.run(
            [*command, *options],
            capture_output=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _unknown(charts, f"git status did not end within {_WITHIN_S} seconds")
    except OSError:
        return ()
    if done.returncode:
        return _unknown(charts, done.stderr.decode(errors="replace"))
    entries = done.stdout.decode(errors="replace").split("\0")
    return tuple(  # two letters, a space, the path
        entry[3:]
        for entry in entries
        if entry and (not entry.startswith("!!") or _is_packaged(charts, entry[3:]))
    )


def _is_packaged(charts: Path, name: str) -> bool:
    """Whether a file is part of a package.

    Args:
        charts: The charts' folder.
        name: The file's path, from the top of the checkout.
    """
    parts = PurePosixPath(name).parts
    here = charts.resolve()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            parts = parts[len(here.relative_to(folder).parts) :]
            break
    chart, *within = parts
    if not (here / chart / "Chart.yaml").is_file() or set(within[:1]) & set(MADE_ANEW):
        return False
    return not _is_left_out(here / chart / ".helmignore", within)


def _is_left_out(rules: Path, within: Sequence[str]) -> bool:
    """Whether a pattern of `.helmignore` names a file or a folder that it is in.

    Patterns with a slash before their end, and negated ones, are passed over: a file that they
    leave out is named rather than published unseen (helm.sh/docs, "The .helmignore file").
    """
    if not rules.is_file():
        return False
    lines = [line.strip() for line in rules.read_text(encoding="utf-8").splitlines()]
    return any(
        fnmatchcase(part, line.removesuffix("/"))
        for line in lines
        if line and not line.startswith(("#", "!"))
        # A pattern that ends in a slash is of folders alone.
        for part in (within[:-1] if line.endswith("/") else within)
    )


def _unknown(charts: Path, said: str) -> tuple[str, ...]:
    """Return nothing outside a checkout, and refuse one that git cannot read.

    Git fails on a checkout of another owner, as in a container (git-config(1), safe.directory).
    """
    here = charts.resolve()
    if not any((folder / ".git").exists() for folder in (here, *here.parents)):
        return ()
    raise ChartUnfit(
        "Git does not tell whether the charts are as they are committed, so nothing was published",
        on=str(charts),
        said=clean_text(said).strip(),
        todo="Do what git says, or publish the charts as they lie there with --dirty.",
    )
