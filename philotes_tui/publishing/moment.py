"""The time a release carries: of its source, not of its packaging."""

import os
import subprocess
from pathlib import Path

from philotes_tui.errors import SettingsError

_VARIABLE = "SOURCE_DATE_EPOCH"
_WITHOUT_SOURCE = 315_532_800  # 1980-01-01, the oldest time all archive formats can tell
_WITHIN_S = 20


def moment_of(charts: Path) -> int:
    """Return the time that packages of these charts carry, seconds since 1970.

    That is `SOURCE_DATE_EPOCH` (reproducible-builds.org/specs/source-date-epoch), else the
    time of the commit that is checked out, else the first of January 1980.

    Raises:
        SettingsError: the variable is not a number of seconds.
    """
    given = os.environ.get(_VARIABLE, "")
    if not given:
        return _commit_time(charts) or _WITHOUT_SOURCE
    if not (given.isascii() and given.isdigit() and int(given) < 2**33):
        raise SettingsError(
            f"{_VARIABLE} is not a number of seconds since 1970",
            on=_VARIABLE,
            said=given,
            todo="Leave it out, or set it to what `git log -1 --format=%ct` prints.",
        )
    return int(given)


def _commit_time(charts: Path) -> int | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(charts), "log", "-1", "--format=%ct"],
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = done.stdout.strip()
    return int(told) if done.returncode == 0 and told.isdigit() else None
