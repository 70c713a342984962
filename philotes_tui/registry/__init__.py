"""An OCI distribution client for chart repositories, on httpx.

    reference ──▶ client ──▶ auth ──▶ credentials
                    │          │
                    └──────────┴────▶ transport (httpx)

`charts` is what screens and commands use. Importing this room imports httpx.
"""

from philotes_tui.registry.auth import AuthorizationCache
from philotes_tui.registry.charts import ChartRegistry
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.credentials import (
    Basic,
    Credentials,
    FileCredentials,
    NoCredentials,
    stored_credentials,
)
from philotes_tui.registry.host import Host
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.reference import Reference, Repository

__all__ = [
    "AuthorizationCache",
    "Basic",
    "ChartRegistry",
    "Credentials",
    "FileCredentials",
    "Host",
    "Limits",
    "Manifest",
    "NoCredentials",
    "Reference",
    "RegistryClient",
    "Repository",
    "stored_credentials",
]
