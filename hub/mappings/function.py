"""The functions that expressions may call: JMESPath's own, a few of the hub's, and those that plugins register."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from jmespath import functions as jmespath_functions

from hub.mappings.refusal import RefusalError

Function = Callable[..., Any]

# What a plugin's function may raise for odd input; anything else is a defect that should be seen.
_MISHAPS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def lower(text: Any) -> str | None:
    """This is the text in lower case; null for anything that is not text."""
    return text.lower() if isinstance(text, str) else None


def words(parts: Any) -> str | None:
    """This joins the non-empty texts of a list with one space; null where there is none."""
    texts = [part.strip() for part in parts if isinstance(part, str)] if isinstance(parts, list) else []
    return " ".join(text for text in texts if text) or None


_BULK = re.compile(r"import|migrat|data\W*load|upload|bulk|batch|\bloader\b|\betl\b", re.IGNORECASE)


def is_bulk(text: Any) -> bool:
    """This tells whether the word for where an answer was taken down means a load of many rows, or there is none."""
    return not isinstance(text, str) or not text.strip() or _BULK.search(text) is not None


BUILT_IN: dict[str, Function] = {"is_bulk": is_bulk, "lower": lower, "words": words}
"""The hub's own functions by name; all take null."""


class FunctionTable(jmespath_functions.Functions):
    """The functions of one set of mappings.

    Args:
        registered: functions of plugins by name; a name of JMESPath's or the hub's own cannot be taken.
    """

    def __init__(self, registered: Mapping[str, Function]) -> None:
        super().__init__()
        self._own: dict[str, Function] = {**registered, **BUILT_IN}

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        """This calls a function; raises RefusalError where a plugin's function fails."""
        function = self._own.get(function_name)
        if function is None or function_name in self.FUNCTION_TABLE:
            return super().call_function(function_name, resolved_args)
        failed = ""
        try:
            return function(*resolved_args)
        except _MISHAPS as error:
            failed = type(error).__name__
        # Raised out here so that the plugin's message, which may quote the value, is not chained to it.
        raise RefusalError("mapping.function", f"the function {function_name} failed with {failed}")

    def names(self) -> list[str]:
        """These are the names of all functions, sorted."""
        return sorted({*self._own, *self.FUNCTION_TABLE})

    def arity(self, name: str) -> tuple[int, int | None]:
        """This is the least and the greatest number of arguments; None where there is no greatest."""
        if name in self.FUNCTION_TABLE:
            signature = cast("tuple[dict[str, Any], ...]", self.FUNCTION_TABLE[name]["signature"])
            return len(signature), None if signature and signature[-1].get("variadic") else len(signature)
        parameters = inspect.signature(self._own[name]).parameters.values()
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        least = sum(1 for p in positional if p.default is p.empty)
        variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        return least, None if variadic else len(positional)
