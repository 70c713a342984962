"""The tools that only the tests and the measurements of this repository run, as plain data.

They are built like the others but never for a user: an installed wheel does not
carry their recipes.
"""

from collections import ChainMap
from collections.abc import Mapping
from enum import StrEnum

from philotes_tui.toolchain.tools import REQUIRED_TOOLS, TOOLS, Recipe, Tool, Version

_NUMBER = r"v?(\d+\.\d+\.\d+\S*)"


class Purpose(StrEnum):
    """What tools are needed for."""

    RUN = "run"
    TEST = "test"
    BENCH = "bench"


def _development(name: str, version: Version, asked: str, printed: str, recipe: Recipe) -> Tool:
    """Return a tool of which PATH may hold this major version, not older than the pinned one."""
    return Tool(
        name=name,
        version=f"v{'.'.join(map(str, version))}",
        minimum=version,
        below=(version[0] + 1, 0, 0),
        version_args=(asked,),
        version_pattern=printed + _NUMBER,
        recipe=recipe,
    )


_TEST = (
    _development(
        *("actionlint", (1, 7, 8), "-version", "^"),
        Recipe("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", 20),
    ),
    _development(
        *("cosign", (3, 0, 2), "version", r"GitVersion:\s+"),
        Recipe("cosign", "github.com/sigstore/cosign/v3/cmd/cosign", 240),
    ),
    _development(
        *("pgp-keygen", (1, 0, 0), "-version", "^pgp-keygen "),
        Recipe("pgp-keygen", ".", 10),
    ),
)
_BENCH = (
    _development(
        *("crane", (0, 22, 1), "version", "^"),
        Recipe("crane", "github.com/google/go-containerregistry/cmd/crane", 30),
    ),
    _development(
        *("oras", (1, 3, 6), "version", r"Version:\s+"),
        Recipe("oras", "oras.land/oras/cmd/oras", 30),
    ),
    _development(
        *("regctl", (0, 11, 1), "version", r"VCSTag:\s+"),
        Recipe("regctl", "github.com/regclient/regclient/cmd/regctl", 30),
    ),
)

TEST_TOOLS = tuple(tool.name for tool in _TEST)
"""What the tests need beside `REQUIRED_TOOLS`: a linter of workflows, signers and their keys."""

BENCH_TOOLS = tuple(tool.name for tool in _BENCH)
"""What the measurements need beside `REQUIRED_TOOLS`: the registry clients compared with."""

DEVELOPMENT_TOOLS: dict[str, Tool] = {tool.name: tool for tool in (*_TEST, *_BENCH)}
"""Every development tool by name."""

ALL_TOOLS: Mapping[str, Tool] = ChainMap(DEVELOPMENT_TOOLS, TOOLS)
"""Every tool of every purpose by name; those of `TOOLS` come first."""

_NAMES = {
    Purpose.RUN: REQUIRED_TOOLS,
    Purpose.TEST: (*REQUIRED_TOOLS, *TEST_TOOLS),
    Purpose.BENCH: (*REQUIRED_TOOLS, *BENCH_TOOLS),
}


def needed_for(purpose: Purpose) -> tuple[str, ...]:
    """Return the names of the tools that a purpose needs."""
    return _NAMES[purpose]
