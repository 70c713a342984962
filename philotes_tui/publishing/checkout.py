"""What lies in the charts' folder and is in no commit: it would be published unseen."""

import subprocess
from pathlib import Path

from philotes_tui.publishing.errors import ChartUnfit

_WITHIN_S = 20
_MOST_NAMED = 3


def refuse_uncommitted(charts: Path) -> None:
    """Refuse charts that are not as they are committed.

    Without git, or outside a checkout, nothing is known of them and nothing refused.

    Raises:
        ChartUnfit: a file is changed, or is neither tracked nor ignored (git-status(1)).
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
    """Return the files below a folder that are changed or not tracked, by their paths."""
    command = ["git", "--no-optional-locks", "-C", str(charts), "status", "--porcelain", "-z"]
    try:
        done = subprocess.run(
            [*command, "--no-renames", "--untracked-files=all", "--", "."],
            capture_output=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    if done.returncode:
        return ()
    entries = done.stdout.decode(errors="replace").split("\0")
    return tuple(entry[3:] for entry in entries if entry)  # two letters, a space, the path
