"""What publishing raises beside the errors of registries and tools.

PublishingError         charts could not be packaged, or not be published as they are
├── ChartUnfit          a chart in the folder cannot be published
└── AlreadyPublished    the version is published with other content
"""

from philotes_tui.errors import PhilotesError


class PublishingError(PhilotesError):
    """Charts could not be packaged, or what was published is not what was packaged."""

    kind = "publishing"


class ChartUnfit(PublishingError):
    """A chart in the folder is missing or cannot be published as it is."""

    exit_code = 3
    kind = "chart-unfit"


class AlreadyPublished(PublishingError):
    """A version is published with other content; a published version never changes."""

    exit_code = 5
    kind = "already-published"
