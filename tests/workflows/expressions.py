"""The part of GitHub's expressions that the workflows of this repository use.

Everything else is refused, so that a test never runs a step with a guess
(docs.github.com/actions: Evaluate expressions in workflows and actions).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<operator>==|!=|&&|\|\||!|\(|\))"
    r"|(?P<path>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*))"
)


class Unsupported(Exception):
    """An expression that is not in the part implemented here, or names what is not there."""


@dataclass
class Contexts:
    """What expressions can name.

    Attributes:
        values: Contexts by name, such as `github` and `secrets`; nested mappings.
        failed: Whether a step before this one failed.
    """

    values: Mapping[str, object]
    failed: bool = False

    def lookup(self, path: str) -> object:
        """Return what a dotted path names."""
        found: object = self.values
        for part in path.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise Unsupported(f"{path}: there is no {part}")
            found = found[part]
        return found


def filled(text: str, contexts: Contexts) -> str:
    """Return a text with each `${{ }}` replaced by its value."""

    def value(match: re.Match[str]) -> str:
        result = evaluated(match[1], contexts)
        if not isinstance(result, str):
            raise Unsupported(f"{match[0]} is not a text")
        return result

    done = _EXPRESSION.sub(value, text)
    if "${{" in _EXPRESSION.sub("", text):
        raise Unsupported(f"{text!r} has an expression without an end")
    return done


def value_of(text: str, contexts: Contexts) -> object:
    """Return the value of a text that is one expression and nothing else."""
    whole = _EXPRESSION.fullmatch(text.strip())
    if whole is None:
        raise Unsupported(f"{text!r} is not one expression")
    return evaluated(whole[1], contexts)


def condition(text: str, contexts: Contexts) -> bool:
    """Return whether a step with this `if` runs; without a status function, `success()` holds."""
    bare = text.strip()
    if (whole := _EXPRESSION.fullmatch(bare)) is not None:
        bare = whole[1]
    asks_status = re.search(r"\b(always|failure|success|cancelled)\(", bare)
    if not asks_status and contexts.failed:
        return False
    result = evaluated(bare, contexts)
    if not isinstance(result, bool):
        raise Unsupported(f"if: {text} is not a condition")
    return result


def evaluated(text: str, contexts: Contexts) -> object:
    """Return the value of what stands between `${{` and `}}`."""
    reader = _Reader(text, contexts, _tokens(text))
    result = reader.either()
    if reader.left:
        raise Unsupported(text)
    return result


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Unsupported(text)
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


@dataclass
class _Reader:
    """Reads tokens by precedence: `||`, `&&`, comparison, value."""

    text: str
    contexts: Contexts
    left: list[tuple[str, str]] = field(default_factory=list)

    def either(self) -> object:
        result = self.both()
        while self._takes("||"):
            other = self.both()
            result = result or other
        return result

    def both(self) -> object:
        result = self.compared()
        while self._takes("&&"):
            other = self.compared()
            result = result and other
        return result

    def compared(self) -> object:
        result = self.value()
        if self._takes("=="):
            return _folded(result) == _folded(self.value())
        if self._takes("!="):
            return _folded(result) != _folded(self.value())
        return result

    def value(self) -> object:
        if self._takes("("):
            result = self.either()
            self._must("(", ")")
            return result
        if not self.left:
            raise Unsupported(self.text)
        kind, token = self.left.pop(0)
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "path" and self._takes("("):
            return self._called(token)
        if kind == "path":
            return self.contexts.lookup(token)
        raise Unsupported(self.text)

    def _called(self, name: str) -> object:
        if name == "fromJSON":
            argument = self.either()
            self._must(name, ")")
            return json.loads(str(argument))
        self._must(name, ")")
        match name:
            case "always":
                return True
            case "success":
                return not self.contexts.failed
            case "failure":
                return self.contexts.failed
        raise Unsupported(f"{name}() in {self.text}")

    def _takes(self, token: str) -> bool:
        if self.left and self.left[0] == ("operator", token):
            del self.left[0]
            return True
        return False

    def _must(self, after: str, token: str) -> None:
        if not self._takes(token):
            raise Unsupported(f"{after} without {token} in {self.text}")


def _folded(value: object) -> object:
    """Texts are compared without their case."""
    return value.casefold() if isinstance(value, str) else value
