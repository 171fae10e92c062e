"""The expression: JMESPath, compiled once, checked for unknown functions, and fast where it is a plain dotted path."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import jmespath
from jmespath import exceptions, visitor
from jmespath.lexer import Lexer

from hub.mappings.document import Node
from hub.mappings.function import FunctionTable
from hub.mappings.refusal import RefusalError

MAX_LENGTH = 2_000
"""Characters in the longest expression."""

Tree = dict[str, Any]
"""JMESPath's syntax tree: type, children and, for some types, value."""

_STEPS = ("subexpression", "index_expression", "projection", "value_projection", "filter_projection", "flatten")


class Expression:
    """A compiled JMESPath expression.

    Args:
        text: the expression as written.
        tree: its syntax tree.
        functions: the functions that it may call.
    """

    def __init__(self, text: str, tree: Tree, functions: FunctionTable) -> None:
        self.text = text
        self.tree = tree
        names = _dotted(tree)
        self.search: Callable[[Any], Any] = _path(names) if names else _interpreter(tree, functions)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def is_true(self, scope: Any) -> bool:
        """This tells whether the expression holds: unless null, false or empty; 0 holds, as in JMESPath."""
        value = self.search(scope)
        return value is not None and value is not False and value not in ("", [], {})


def compile_expression(node: Node, what: str, functions: FunctionTable) -> Expression:
    """This compiles the expression of a node; raises ConfigError with its line."""
    text = node.text(what)
    if len(text) > MAX_LENGTH:
        raise node.error(f"{what} is longer than {MAX_LENGTH} characters")
    try:
        tree = cast("Tree", jmespath.compile(text).parsed)
    except exceptions.JMESPathError as error:
        detail = " ".join(str(error).split())[:200]
        raise node.error(f"{what} is not a JMESPath expression: {detail}") from None
    except RecursionError:
        raise node.error(f"{what} is nested too deeply") from None
    _check_words(node, what, text)
    for part in _parts(tree):
        if part["type"] == "function_expression":
            _check_call(node, what, part, functions)
        elif part["type"] in _STEPS and part["children"][0]["type"] == "not_expression":
            raise node.error(f"{what} says '!a.b', which JMESPath reads as '(!a).b' and is always null; write '!(a.b)'")
    return Expression(text, tree, functions)


def _check_words(node: Node, what: str, text: str) -> None:
    """This refuses what JMESPath takes for a field's name although a constant is meant; it would always be null."""
    before = ""
    for token in Lexer().tokenize(text):
        word = token["value"]
        if token["type"] == "unquoted_identifier" and word in ("true", "false"):
            raise node.error(f"{what} names a field '{word}'; the truth value is written `{word}`, in backquotes")
        if token["type"] == "quoted_identifier" and before in ("eq", "ne"):
            raise node.error(f"{what} compares with a field \"{word}\"; text is written '{word}', in single quotes")
        before = token["type"]


def _check_call(node: Node, what: str, call: Tree, functions: FunctionTable) -> None:
    name, given = call["value"], len(call["children"])
    if name not in functions.names():
        raise node.error(f"{what} calls '{name}', which is no function", name, functions.names())
    least, most = functions.arity(name)
    if given < least or (most is not None and given > most):
        wanted = f"{least} or more" if most is None else str(least) if least == most else f"{least} to {most}"
        raise node.error(f"{what} calls {name} with {given} arguments; it takes {wanted}")


def _parts(tree: Tree) -> Iterator[Tree]:
    yield tree
    for child in tree["children"]:
        if isinstance(child, dict):  # a slice holds numbers
            yield from _parts(child)


def _dotted(tree: Tree) -> tuple[str, ...]:
    """These are the names of a path like ``a.b.c``; empty for any other expression."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] == "subexpression":
        parts = [_dotted(child) for child in tree["children"]]
        return tuple(name for part in parts for name in part) if all(parts) else ()
    return ()


def _path(names: tuple[str, ...]) -> Callable[[Any], Any]:
    (first, *more) = names
    if not more:
        return lambda scope: scope.get(first) if isinstance(scope, dict) else None

    def search(scope: Any) -> Any:
        for name in names:
            if not isinstance(scope, dict):
                return None
            scope = scope.get(name)
        return scope

    return search


def _interpreter(tree: Tree, functions: FunctionTable) -> Callable[[Any], Any]:
    visit = visitor.TreeInterpreter(visitor.Options(custom_functions=functions)).visit
    node = cast("Any", tree)  # the stub calls the same dict by a name of its own

    def search(scope: Any) -> Any:
        try:
            return visit(node, scope)
        except (exceptions.JMESPathError, TypeError, ValueError, RecursionError):
            pass
        # Raised out here so that JMESPath's message, which quotes the value, is not chained to it.
        raise RefusalError("mapping.expression", "a function got a value of a type that it does not take")

    return search
