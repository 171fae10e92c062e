"""What the hub does next after tweepy or requests gave up.

No message repeats what X answered: X echoes the parameters it was sent, ids and queries included.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import requests
import tweepy

from hub.contract import AuthError, ConfigError, HubError, ThrottledError, TransientError

CONFLICT_WAIT = 60.0
"""Seconds until another try where a compliance job of the same kind is running."""

UNFORESEEN = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""How tweepy and the JSON reader fail on an answer of another shape than they expect."""

_LAST = 10**12  # seconds; a time beyond it is none, and too large to reckon with
_SPENT = frozenset({"usage-capped", "credits-depleted", "UsageCapExceeded", "CreditsDepleted"})
_PARAMETERS = frozenset(
    {"query", "since_id", "until_id", "start_time", "pagination_token", "next_token", "max_results", "expansions", "id"}
)


class RefusedRequestError(ConfigError):
    """X refused a request as invalid.

    Args:
        parameters: the parameters that X named, of those this connector sends.
    """

    def __init__(self, status: int, parameters: frozenset[str]) -> None:
        named = f" because of {', '.join(sorted(parameters))}" if parameters else ""
        super().__init__(
            f"X refused a request as invalid (status {status}){named}.",
            fix="Check search_query, user_id and start_time of the connection.",
        )
        self.parameters = parameters


def translate(error: Exception, now: datetime) -> HubError:
    """This is the hub's own error for what tweepy or requests raised.

    Args:
        error: the exception; its text is never used.
        now: the present, to turn a reset time into a wait.
    """
    if isinstance(error, tweepy.HTTPException):
        return _refusal(error, _read(error.response), now)
    if isinstance(error, requests.RequestException):
        return TransientError(f"no usable answer came from X ({type(error).__name__}).")
    # tweepy itself stumbles over error bodies that are lists and over headers that are no numbers.
    return TransientError("X answered with something that is none of its documents.")


def busy() -> ThrottledError:
    """This says that X works on another compliance job: it allows one of each kind at a time."""
    return ThrottledError("X is still working on another compliance job of this kind.", retry_after=CONFLICT_WAIT)


def problem_name(problem: Any) -> str:
    """This is the last part of a problem's type address: X moved it from api.twitter.com to api.x.com."""
    kind = problem.get("type") if isinstance(problem, dict) else None
    return kind.rsplit("/", 1)[-1] if isinstance(kind, str) else ""


def _refusal(error: Any, body: Any, now: datetime) -> HubError:
    status = error.response.status_code
    if status == 402 or (status in {403, 429} and _is_spent(body)):
        return ThrottledError(
            "the usage cap of the X account is reached.", fix="Wait for the next period or raise the cap at X."
        )
    if status == 429:
        return ThrottledError("X's rate limit is reached.", retry_after=_wait(error.reset_time, now))
    if status in {401, 403}:
        return AuthError(
            f"X rejected the credentials (status {status}).",
            fix="Renew the bearer token, or ask X for access to this endpoint.",
        )
    if status in {400, 404, 422} and _is_own(body):
        return RefusedRequestError(status, _parameters(body))
    return busy() if status == 409 else TransientError(f"X answered with status {status}.")


def _wait(reset_time: int | None, now: datetime) -> float | None:
    return None if reset_time is None else max(0.0, min(reset_time, _LAST) - now.timestamp())


def _read(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _is_own(body: Any) -> bool:
    """Whether X itself refuses; a proxy's page does not say that the request was wrong."""
    return isinstance(body, dict) and not body.keys().isdisjoint({"errors", "title", "detail", "type"})


def _problems(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, dict):
        yield body
        errors = body.get("errors")
        yield from (error for error in (errors if isinstance(errors, list) else ()) if isinstance(error, dict))


def _is_spent(body: Any) -> bool:
    return any(problem_name(problem) in _SPENT or problem.get("title") in _SPENT for problem in _problems(body))


def _parameters(body: Any) -> frozenset[str]:
    named: set[str] = set()
    for problem in _problems(body):
        parameters = problem.get("parameters")
        named |= set(parameters) if isinstance(parameters, dict) else set()
        named |= {problem["parameter"]} if isinstance(problem.get("parameter"), str) else set()
    return frozenset(named & _PARAMETERS)
