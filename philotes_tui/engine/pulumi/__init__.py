"""The engine on Pulumi's Automation API. The only code that imports `pulumi.automation`."""

import os

# grpc's C core writes to the terminal by itself unless it is told not to before its import.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from philotes_tui.engine.pulumi.adapter import PulumiEngine

__all__ = ["PulumiEngine"]
