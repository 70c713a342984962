"""Which signatures versions had when somebody last looked for them. Blocking."""

import time
from dataclasses import replace
from pathlib import Path

from philotes_tui.cache.signatures import FoundSignatures, SignatureCache
from philotes_tui.releases import ChartDetails


class KnownSignatures:
    """What is kept of the signatures in one repository.

    Args:
        folder: The cache of registries (`philotes_tui.folders.registry_cache`).
        repository: Its full name, registry and port included.
    """

    def __init__(self, folder: Path, repository: str) -> None:
        self._cache = SignatureCache(folder)
        self._name = repository

    def keep(self, details: ChartDetails) -> None:
        """Keep which ones were found, none perhaps."""
        found = FoundSignatures(details.signatures, time.time())
        self._cache.keep(self._name, details.digest, found)

    def keep_any(self, details: ChartDetails) -> None:
        """Keep which ones were found if there are any, or were; most versions never had one."""
        if details.signatures or self._cache.found(self._name, details.digest) is not None:
            self.keep(details)

    def added_to(self, details: ChartDetails) -> tuple[ChartDetails, bool]:
        """Return the details with those that were found, and whether anybody looked for them."""
        found = self._cache.found(self._name, details.digest)
        if found is None:
            return details, False
        # Who verifies keeps only what is beside a chart; its own manifest tells the rest.
        both = dict.fromkeys((*details.signatures, *found.signatures))
        return replace(details, signatures=tuple(both)), True
