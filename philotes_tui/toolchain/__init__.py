"""The tools this program drives: found on PATH, downloaded, or built, and kept in a cache.

`inspect` looks and changes nothing; `ensure` gets what is missing. Start with
`REQUIRED_TOOLS` for all that the demo needs, `ENGINE_TOOLS` for deploying only;
`needed_for` names what the tests and the measurements need beside them.
"""

from philotes_tui.toolchain.cache import Cache, cache_root, recipe_root
from philotes_tui.toolchain.development import (
    ALL_TOOLS,
    BENCH_TOOLS,
    DEVELOPMENT_TOOLS,
    TEST_TOOLS,
    Purpose,
    needed_for,
)
from philotes_tui.toolchain.ensure import ensure
from philotes_tui.toolchain.found import FoundTool, Origin, ToolStatus
from philotes_tui.toolchain.lookup import found, inspect
from philotes_tui.toolchain.plugin import install_plugin
from philotes_tui.toolchain.process import Stopped
from philotes_tui.toolchain.progress import Phase, Progress, ToolRow
from philotes_tui.toolchain.tools import (
    ENGINE_TOOLS,
    PROVIDER,
    PROVIDER_PLUGIN,
    REQUIRED_TOOLS,
    TOOLS,
    Tool,
)

__all__ = [
    "ALL_TOOLS",
    "BENCH_TOOLS",
    "DEVELOPMENT_TOOLS",
    "ENGINE_TOOLS",
    "PROVIDER",
    "PROVIDER_PLUGIN",
    "REQUIRED_TOOLS",
    "TEST_TOOLS",
    "TOOLS",
    "Cache",
    "FoundTool",
    "Origin",
    "Phase",
    "Progress",
    "Purpose",
    "Stopped",
    "Tool",
    "ToolRow",
    "ToolStatus",
    "cache_root",
    "ensure",
    "found",
    "inspect",
    "install_plugin",
    "needed_for",
    "recipe_root",
]
