"""Spans: how long the steps of a run take, for whoever has OpenTelemetry; without it they cost next to nothing.

Only the API is used: where the traces go is the business of the process (``hub.telemetry.export``, Airflow, or the
``opentelemetry-instrument`` command).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from hub.telemetry.catalogue import ATTRIBUTES, SPANS
from hub.telemetry.vocabulary import say

P = ParamSpec("P")
T = TypeVar("T")


class Mark:
    """An open span that takes attributes; one without anything behind it drops them."""

    def __init__(self, live: Any = None) -> None:
        self._live = live

    def tell(self, **attributes: str | int | None) -> None:
        """This puts attributes on the span: names as in ``span``."""
        if self._live is not None:
            self._live.set_attributes(_fit(attributes))


_NOWHERE = Mark()


@contextmanager
def span(name: str, **attributes: str | int | None) -> Iterator[Mark]:
    """This opens a span around the block.

    Args:
        name: a name of the catalogue; KeyError for any other.
        attributes: attributes of the catalogue, ``_`` for each dot and without the ``attune.``; None is left out.

    An error is told by its class only: what it says may quote a vendor's answer.
    """
    tracer = _tracer()
    if tracer is None:
        yield _NOWHERE
        return
    _ = SPANS[name]
    opened = tracer.start_as_current_span(
        name, attributes=_fit(attributes), record_exception=False, set_status_on_exception=False
    )
    with opened as live, ExitStack() as at_the_end:
        at_the_end.push(partial(_blame, live))
        yield Mark(live)


def _blame(live: Any, kind: type[BaseException] | None, *_: object) -> bool:
    if kind is not None:
        live.set_attribute("error.type", say("error", kind.__name__))
        live.set_status(_failed())
    return False


def traced(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """This puts a span around each call of a function."""
    _ = SPANS[name]

    def wrap(work: Callable[P, T]) -> Callable[P, T]:
        @wraps(work)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
            with span(name):
                return work(*args, **kwargs)

        return wrapped

    return wrap


def each_traced(name: str, items: Iterable[T], **attributes: str | int | None) -> Iterator[T]:
    """This gives the items again, with a span around the wait for each of them."""
    remaining, done = iter(items), object()
    while True:
        with span(name, **attributes):
            item = next(remaining, done)
        if item is done:
            return
        yield item  # type: ignore[misc]  # whatever is not the end is an item


def _fit(attributes: dict[str, str | int | None]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for short, value in attributes.items():
        name = f"attune.{short.replace('_', '.')}"
        label = ATTRIBUTES[name]
        if value is not None:
            found[name] = say(label, str(value)) if label else int(value)
    return found


def _tracer() -> Any:
    # Whoever wants traces has set OpenTelemetry up, and so has imported it; nobody else pays for the import.
    trace = sys.modules.get("opentelemetry.trace")
    return None if trace is None else trace.get_tracer("attune")


def _failed() -> Any:
    from opentelemetry.trace import Status, StatusCode

    return Status(StatusCode.ERROR)
