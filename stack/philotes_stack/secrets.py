"""Keeps the configuration's secret strings secret in whatever a chart makes of them.

The provider's Chart renders the values and registers what comes out; that a value was secret is
lost on the way (pulumi-kubernetes, provider/pkg/provider/helm/v4/chart.go). So each property of
each rendered resource that holds such a string is marked again before it is registered, as it is
or in the forms that charts write it in: base64, and percent-encoded in an address.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

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
    return any(
        reading in secrets or any(len(each) >= _SHORT and each in reading for each in secrets)
        for reading in _readings(text)
    )


def _readings(text: str) -> set[str]:
    """Return what a text says: as it stands, out of base64, and each of these percent-decoded."""
    found = {text, *_out_of_base64(text)}
    return {reading for each in found for reading in (each, unquote(each), unquote_plus(each))}


def _out_of_base64(text: str) -> tuple[str, ...]:
    try:
        return (base64.b64decode(text, validate=True).decode(),)
    except ValueError:  # no base64, or no text in it
        return ()
