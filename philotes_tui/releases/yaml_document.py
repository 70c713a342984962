"""Reading YAML that others wrote, in bounded time and memory, and as Helm reads it.

YAML in a kilobyte can ask for gigabytes: by aliases within merge keys, by numbers in base 60,
and by nesting that ends the process, for libyaml's nodes are made by a function that calls
itself. Helm reads YAML with sigs.k8s.io/yaml, to which numbers in base 60, dates and a
lone `=` are text (goyaml.v2/resolve.go, decode.go).
"""

from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode

MOST = 100_000
"""Nodes of one document, each counted once more wherever it is merged into a mapping."""
DEEPEST = 60
"""How many nodes stand within one another."""
_MERGE = "tag:yaml.org,2002:merge"
_LARGEST = 2**64
# What PyYAML raises where a text does not fit the tag that stands before it, `!!bool x`.
_UNFIT = (ValueError, RecursionError, OverflowError, KeyError, IndexError)
_LONGEST = 70  # a number of 64 bits in base 2, its sign and its prefix
if TYPE_CHECKING:
    _Parser = yaml.SafeLoader
else:
    _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, where that was built


class NotYaml(ValueError):
    """A text that is no YAML, or too large, or too deep; it says which."""


def read_yaml(text: str) -> Any:
    """Return the one document of a text, in values that JSON has; None where it has none.

    Sets and bytes, which YAML has by name alone, stay what they are.

    Raises:
        NotYaml: It cannot be read.
    """
    try:
        return yaml.load(text, Loader=_Bounded)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, *_UNFIT) as error:
        raise NotYaml(str(error)) from error


class _Bounded(_Parser):
    """Makes nodes in Python, of what the parser tells, and counts them."""

    get_single_node = Composer.get_single_node
    compose_document = Composer.compose_document
    compose_scalar_node = Composer.compose_scalar_node
    compose_sequence_node = Composer.compose_sequence_node
    compose_mapping_node = Composer.compose_mapping_node

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.anchors: dict[str, Node] = {}
        self._depth = 0
        self._left = MOST

    def _spend(self, nodes: int) -> None:
        self._left -= nodes
        if self._left < 0:
            raise NotYaml("it holds too many values")

    def compose_node(self, parent: Node | None, index: Any) -> Any:
        self._spend(1)
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotYaml("its values are nested too deeply")
        node = Composer.compose_node(self, parent, index)
        self._depth -= 1
        return node

    def flatten_mapping(self, node: MappingNode) -> None:
        merged = sum(key.tag == _MERGE for key, _ in node.value)
        self._spend(merged * len(node.value))  # each is taken out of the middle of the list
        super().flatten_mapping(node)
        self._spend(len(node.value))

    def construct_number(self, node: ScalarNode) -> int | float | str:
        text = str(self.construct_scalar(node))
        if ":" in text or len(text) > _LONGEST:
            return text
        if node.tag.endswith(":float"):
            return float(self.construct_yaml_float(node))
        number = int(self.construct_yaml_int(node))
        return number if abs(number) < _LARGEST else text

    def construct_text(self, node: ScalarNode) -> str:
        return str(self.construct_scalar(node))


for _kind in ("int", "float"):
    _Bounded.add_constructor(f"tag:yaml.org,2002:{_kind}", _Bounded.construct_number)
for _kind in ("timestamp", "value"):
    _Bounded.add_constructor(f"tag:yaml.org,2002:{_kind}", _Bounded.construct_text)
