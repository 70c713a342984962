"""What is known of one version when it is looked into: plain values."""

from dataclasses import dataclass

from philotes_tui.releases import ChartContent, ChartDetails
from philotes_tui.releases.images import Image


@dataclass(frozen=True)
class Inspection:
    """A version as its registry tells it, and what is in its archive.

    Attributes:
        details: What the registry says of it.
        content: What is in the archive.
        images: The images that it refers to with its default values.
        kept: Whether it is as it was read before, and the registry was not asked.
        signatures_known: Whether signatures beside it were looked for, then or now.
        moved_from: The other digest that its tag had when it was last seen, or nothing.
    """

    details: ChartDetails
    content: ChartContent
    images: tuple[Image, ...] = ()
    kept: bool = False
    signatures_known: bool = True
    moved_from: str = ""
