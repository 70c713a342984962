"""Keeps the configuration's secret strings secret in whatever a chart makes of them.

The provider's Chart renders the values and registers what comes out; that a value was secret is
lost on the way (pulumi-kubernetes, provider/pkg/provider/helm/v4/chart.go). So each property of
each rendered resource that holds such a string is marked again before it is registered.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pulumi

_SHORT = 6
"""Strings of fewer characters are looked for as a whole only: “a” is part of nearly all text."""


def strings_of(values: Any) -> Iterator[str]:
    """Yield every string in a tree of chart values.

    Which of them were given as secrets is not known: Pulumi hands out the decrypted tree and
    marks it as a whole.
    """
    if isinstance(values, str):
        if values:
            yield values
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from strings_of(value)
    elif isinstance(values, list):
        for value in values:
            yield from strings_of(value)


def marked(value: Any, secrets: frozenset[str], wrap: Callable[[str], Any]) -> Any:
    """Copy a tree of properties with every string that holds a secret wrapped.

    Args:
        value: Plain properties of a resource; anything but mappings, lists and strings is kept.
        secrets: What is to be hidden.
        wrap: Makes a string secret, for example `pulumi.Output.secret`.
    """
    if isinstance(value, str):
        return wrap(value) if _holds(value, secrets) else value
    if isinstance(value, Mapping):
        return {key: marked(each, secrets, wrap) for key, each in value.items()}
    if isinstance(value, list):
        return [marked(each, secrets, wrap) for each in value]
    return value


def secret_marking(values: Mapping[str, Any]) -> pulumi.ResourceTransform:
    """Return a transform that marks what was made of any string in these values."""
    secrets = frozenset(strings_of(values))

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        properties = marked(args.props, secrets, pulumi.Output.secret)
        return pulumi.ResourceTransformResult(props=properties, opts=args.opts)

    return transform


def _holds(text: str, secrets: frozenset[str]) -> bool:
    return text in secrets or any(len(each) >= _SHORT and each in text for each in secrets)
