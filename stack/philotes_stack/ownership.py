"""Whose objects are in the cluster: a mark that a second stack cannot write over unnoticed.

Server-side apply takes over an object that is there without a word where both want the same of
it, and lets nobody change a field that another manager has set (kubernetes.io/docs, "Server-Side
Apply", Conflicts). So each object says which stack it is of: another stack wants another value,
and the API server refuses it. A preview does not tell: its dry run overrules conflicts.
"""

from collections.abc import Mapping

import pulumi

MARK = "philotes/stack"
"""The annotation of an object, never of its pods' template: pods are not to roll for it."""


def marking(owner: str) -> pulumi.ResourceTransform:
    """Return a transform that marks each object of a chart with the stack it is of.

    Args:
        owner: The stack, `project/stack`.
    """

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        metadata = args.props.get("metadata")
        if not isinstance(metadata, Mapping):  # the chart itself
            return None
        annotations = {**(metadata.get("annotations") or {}), MARK: owner}
        marked = {**metadata, "annotations": annotations}
        return pulumi.ResourceTransformResult(
            props={**args.props, "metadata": marked}, opts=args.opts
        )

    return transform
