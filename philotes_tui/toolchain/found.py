"""What a look for a tool gives."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Origin = Literal["path", "download", "build"]


@dataclass(frozen=True, slots=True)
class FoundTool:
    """A tool that can be run.

    Args:
        name: The executable's name.
        path: Where it is.
        version: Its version, as it prints it or as it was pinned.
        origin: Found on PATH (or among Pulumi's plugins), downloaded, or built.
        companions: Files that have to stay beside the executable.
    """

    name: str
    path: Path
    version: str
    origin: Origin
    companions: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolStatus:
    """What is known of a tool without downloading or building anything.

    Args:
        name: The executable's name.
        path: Where it was found, fitting or not.
        version: Its version, where it could be told.
        fits: Whether it can be used.
        origin: Where it comes from.
        why: Why it does not fit; empty if it does.
        todo: What to do about it; empty if it fits.
        wanted: The versions that fit, for people.
        optional: Whether the program works without it.
    """

    name: str
    path: Path | None
    version: str | None
    fits: bool
    origin: Origin | None
    why: str
    todo: str
    wanted: str
    optional: bool
