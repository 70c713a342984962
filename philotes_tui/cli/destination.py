"""Where a stack deploys to: its file, the settings and the kubeconfig taken together."""

from collections.abc import Callable

from philotes_tui.cli.place import place
from philotes_tui.cluster import Context
from philotes_tui.engine import Target
from philotes_tui.engine.stack_file import StackFile
from philotes_tui.errors import ContextUnknown, SettingsError
from philotes_tui.settings import Settings


def destination(settings: Settings, stack: str, context_of: Callable[[str], Context]) -> Target:
    """Return a stack's destination; a missing or broken kubeconfig is told, not raised.

    Args:
        settings: What they name goes before what the stack file names.
        stack: The stack's name.
        context_of: Returns the context of a name; raises as `Kubeconfig.context`.

    Raises:
        SettingsError: The stack file is broken.
    """
    file = StackFile.read(settings.project, stack)
    configured = file.settings
    registry, plain_http, ca_file = place(settings, stack)
    try:
        context = context_of(configured.kube_context)
        name, server, problem = context.name, context.server, ""
    except (ContextUnknown, SettingsError) as error:
        name, server, problem = configured.kube_context, "", error.sentence()
    return Target(
        stack=stack,
        environment=configured.environment,
        namespace=configured.namespace,
        context=name,
        server=server,
        registry=registry,
        plain_http=plain_http,
        problem=problem,
        revision=file.revision,
        cluster_id=configured.cluster_id,
        ca_file=ca_file,
    )
