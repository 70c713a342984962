"""An OCI distribution client for chart repositories.

    reference ──▶ client ──▶ requester ──▶ auth ──▶ credentials
                                 │          │
                                 └──────────┴────▶ transport ──▶ connections ──▶ httpx

`charts` is what screens and commands use; `archive` reads what it downloads. httpx is
imported with the first request, so that what the cache answers does not pay for it.
"""

from philotes_tui.registry.chart_reader import PackagedChart
from philotes_tui.registry.charts import ChartRegistry
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.credentials import (
    Basic,
    Credentials,
    FileCredentials,
    IdentityToken,
    Login,
    NoCredentials,
    RegistryToken,
    stored_credentials,
)
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.host import Host
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.source import BlobStore
from philotes_tui.registry.tokens import AuthorizationCache

__all__ = [
    "AuthorizationCache",
    "Basic",
    "BlobStore",
    "ChartRegistry",
    "Credentials",
    "Descriptor",
    "FileCredentials",
    "Host",
    "IdentityToken",
    "Limits",
    "Login",
    "Manifest",
    "NoCredentials",
    "PackagedChart",
    "Reference",
    "RegistryClient",
    "RegistryToken",
    "Repository",
    "stored_credentials",
]
