"""The tree of an operation's resources, flattened to the rows a screen shows. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from philotes_tui.engine import UNTOUCHED, Op, Resource, State, Step, wording
from philotes_tui.foreign import clean_text


@dataclass(frozen=True)
class Row:
    """One visible line of the tree.

    Attributes:
        urn: The resource's URN; the key that a cursor holds on to.
        resource: The resource as it stands.
        guides: The lines drawn to the left of it.
        folded: How many rows below it are folded away.
        leaf: Whether there is nothing below it.
    """

    urn: str
    resource: Resource
    guides: str
    folded: int
    leaf: bool


def tree_rows(
    resources: Mapping[str, Resource],
    *,
    unchanged: bool = True,
    wanted: str = "",
    folded: Collection[str] = (),
    settled: bool = False,
) -> tuple[Row, ...]:
    """Return the rows of the tree in the order in which resources first appeared.

    Args:
        resources: All resources by URN.
        unchanged: Whether resources that stay as they are get a row of their own;
            those with a touched one below them always do.
        wanted: Words that must all occur in a resource's type, name or operation;
            its ancestors are shown with it.
        folded: The URNs whose children are folded away.
        settled: Whether no more rows come. They then stand in an order that is the
            same for the same change: what is deleted or replaced first, then by type
            and name. While rows come they must not jump.
    """
    shown = set(resources) if unchanged else _with_ancestors(resources, _touched(resources))
    if wanted:
        shown &= _with_ancestors(resources, _matching(resources, wanted))
    children: dict[str, list[str]] = {}
    for urn, resource in resources.items():
        if urn in shown:
            parent = resource.step.parent
            children.setdefault(parent if parent in shown else "", []).append(urn)
    if settled:
        for kids in children.values():
            kids.sort(key=lambda urn: _place(resources[urn].step))
    rows: list[Row] = []
    _walk(_Tree(resources, children, folded), "", "", rows)
    return tuple(rows)


@dataclass(frozen=True)
class _Tree:
    resources: Mapping[str, Resource]
    children: Mapping[str, list[str]]
    folded: Collection[str]

    def below(self, urn: str) -> int:
        """Return how many resources hang below one."""
        number, waiting = 0, [urn]
        while waiting:
            kids = self.children.get(waiting.pop(), [])
            number += len(kids)
            waiting.extend(kids)
        return number


def _walk(tree: _Tree, parent: str, guides: str, rows: list[Row], depth: int = 0) -> None:
    """Append the rows below `parent`; the depth is bounded against parents in a circle."""
    kids = tree.children.get(parent, [])
    for index, urn in enumerate(kids):
        last = index == len(kids) - 1
        own = guides + ("" if depth == 0 else "└ " if last else "├ ")
        leaf = urn not in tree.children
        hidden = tree.below(urn) if urn in tree.folded else 0
        rows.append(Row(urn, tree.resources[urn], own, hidden, leaf))
        if not leaf and not hidden and depth < 50:  # noqa: PLR2004 - deeper than any program
            below = guides + ("" if depth == 0 else "  " if last else "│ ")
            _walk(tree, urn, below, rows, depth + 1)


def _place(step: Step) -> tuple[bool, str, str]:
    return step.op not in {Op.DELETE, Op.REPLACE}, short_type(step), step.name


def _touched(resources: Mapping[str, Resource]) -> set[str]:
    """Return the URNs of touched or failed resources."""
    return {
        urn
        for urn, resource in resources.items()
        if resource.step.op not in UNTOUCHED or resource.state is State.FAILED
    }


def _matching(resources: Mapping[str, Resource], wanted: str) -> set[str]:
    """Return the URNs of resources in which all the words occur."""
    words = wanted.lower().split()
    found = set()
    for urn, resource in resources.items():
        step = resource.step
        text = f"{short_type(step)} {step.name} {step.op} {resource.state}".lower()
        if all(word in text for word in words):
            found.add(urn)
    return found


def _with_ancestors(resources: Mapping[str, Resource], urns: Collection[str]) -> set[str]:
    """Return URNs with those of all their ancestors."""
    shown: set[str] = set()
    for urn in urns:
        at = urn
        while at in resources and at not in shown:
            shown.add(at)
            at = resources[at].step.parent
    return shown


_URN = re.compile(r"\"?urn:pulumi:[^:\s\"]+::[^:\s\"]+::([^\"\s]+?)::([^\"\s]+)\"?")
_INTRODUCTION = re.compile(r"^.*?(?:by the Kubernetes API server|become live): ")


def without_urns(text: str) -> str:
    """Return a message with each URN replaced by the resource's type and name.

    A URN is `urn:pulumi:<stack>::<project>::<types>::<name>`
    (pulumi/pulumi:sdk/go/common/resource/urn/urn.go).
    """

    def named(found: re.Match[str]) -> str:
        return f"{found[1].rpartition(':')[2]} {found[2].rpartition(':')[2]}"

    return _URN.sub(named, text)


def gist(text: str) -> str:
    """Return the most telling line of an error: the first that does not only introduce."""
    lines = [line.strip(" *\t") for line in clean_text(text).splitlines() if line.strip()]
    told = next((line for line in lines if not line.endswith(":")), lines[0] if lines else "")
    return _INTRODUCTION.sub("", without_urns(told))


def short_type(step: Step) -> str:
    """Return a type token's last part: `kubernetes:apps/v1:Deployment` is a `Deployment`."""
    last = wording.short_type(step.type)
    return f"Provider {last}" if step.type.startswith("pulumi:providers:") else last


def short_name(step: Step, resources: Mapping[str, Resource]) -> str:
    """Return the name without what it repeats of its parent's.

    A Chart's children are called `<chart>:<namespace>/<name>`
    (pulumi/pulumi-kubernetes:provider/pkg/provider/helm/v4/chart.go).
    """
    parent = resources.get(step.parent)
    if parent is not None:
        prefix = parent.step.name + ":"
        if step.name.startswith(prefix) and len(step.name) > len(prefix):
            return step.name[len(prefix) :]
    return step.name or step.urn
