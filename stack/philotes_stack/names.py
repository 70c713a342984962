"""The names of the stack's resources, and the ones they had in another environment."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from philotes_stack.config import ENVIRONMENTS, Environment

PROJECT = "philotes"


@dataclass(frozen=True)
class Names:
    """Names of the form `philotes-<environment>-<component>`.

    Attributes:
        environment: The environment that is deployed.
    """

    environment: Environment

    def of(self, component: str) -> str:
        """Return the name of a component's resource."""
        return f"{PROJECT}-{self.environment}-{component}"

    def others(self, component: str) -> Sequence[pulumi.Alias]:
        """Return the names that the resource has in the other environments.

        They make a changed environment an update in place. Objects in Kubernetes are not named
        by the environment, so a resource of another name would be one more owner of the same
        object, and the object would go with the first of them.
        """
        others = [each for each in ENVIRONMENTS if each != self.environment]
        return [pulumi.Alias(name=Names(each).of(component)) for each in others]

    def carrying(self, component: str, kind: str) -> pulumi.ResourceTransform:
        """Return a transform that gives a remote component and its children their other names.

        The provider that constructs such a component is not told of its aliases
        (pulumi/pulumi, "Aliases not working for remote component resources").

        Args:
            component: The component; the names of its children begin with its name.
            kind: Its type, such as `kubernetes:helm.sh/v4:Chart`.
        """
        own = self.of(component)
        place = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kind}::"

        def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
            opts = args.opts
            aliases = list(opts.aliases or [])
            for other in self.others(component):
                if args.type_ == kind:
                    aliases.append(pulumi.Alias(name=str(other.name)))
                elif args.name.startswith(own):
                    name = f"{other.name}{args.name.removeprefix(own)}"
                    aliases.append(pulumi.Alias(name=name, parent=f"{place}{other.name}"))
            opts.aliases = aliases
            return pulumi.ResourceTransformResult(props=args.props, opts=opts)

        return transform
