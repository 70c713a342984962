"""What lies in the charts' folder and is in no commit: it would be published unseen."""

import subprocess
from pathlib import Path

from philotes_tui.foreign import clean_text
from philotes_tui.publishing.errors import ChartUnfit

_WITHIN_S = 20
_MOST_NAMED = 3


def refuse_uncommitted(charts: Path) -> None:
    """Refuse charts that are not as they are committed, or of which that cannot be known.

    Without git, or outside a checkout, nothing is known of them and nothing refused.

    Raises:
        ChartUnfit: a file is changed, or is neither tracked nor ignored (git-status(1)); or
            git does not answer for a checkout that is there.
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

    Raises:
        ChartUnfit: a checkout is there and git does not answer for it.
    """
    command = ["git", "--no-optional-locks", "-C", str(charts), "status", "--porcelain", "-z"]
    try:
        done = subprocess.run(
            [*command, "--no-renames", "--untracked-files=all", "--", "."],
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
    return tuple(entry[3:] for entry in entries if entry)  # two letters, a space, the path


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
