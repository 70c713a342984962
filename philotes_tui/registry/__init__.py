"""An OCI distribution client for chart repositories.

    reference ──▶ client ──▶ requester ──▶ auth ──▶ credentials
                                 │          │
                                 └──────────┴────▶ transport ──▶ pool ──▶ dialing, http1

`charts` is what screens and commands use; `archive` reads what it downloads. No HTTP
library is imported: it would cost more time than most questions take.
"""

from philotes_tui.registry.chart_reader import BlobStore, PackagedChart
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
