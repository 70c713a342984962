"""Where on this machine the program keeps what it can do without."""

import os
from collections.abc import Mapping
from pathlib import Path

APP = "philotes-tui"
PREFIX = "PHILOTES_TUI_"
"""What the names of the program's environment variables begin with."""


def cache_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the cache folder: `$PHILOTES_TUI_CACHE`, else the user's cache folder.

    Args:
        environment: Environment variables; those of the process by default.
    """
    named = (os.environ if environment is None else environment).get(f"{PREFIX}CACHE", "")
    if named:
        return Path(os.path.expanduser(named)).absolute()  # noqa: PTH111 - as shells do

    import platformdirs  # noqa: PLC0415 - who names the folder need not wait for it

    return platformdirs.user_cache_path(APP, appauthor=False)


def registry_cache(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder in which what registries said is kept, beside the tools.

    Args:
        environment: Environment variables; those of the process by default.
    """
    return cache_folder(environment) / "registry"
