"""A refusal: what Salesforce or the network answered instead of the result, in the hub's own errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceError

from hub.contract import AuthError, ConfigError, HubError, ThrottledError, TransientError

RETRYABLE = frozenset({
    "ALL_OR_NONE_OPERATION_ROLLED_BACK", "API_TEMPORARILY_UNAVAILABLE", "PROCESSING_HALTED", "QUERY_TIMEOUT",
    "REQUEST_RUNNING_TOO_LONG", "SERVER_UNAVAILABLE", "TXN_SECURITY_METERING_ERROR", "UNABLE_TO_LOCK_ROW",
})  # fmt: skip
"""Error codes of single records for which a later attempt may succeed."""

LIMITS = frozenset({"REQUEST_LIMIT_EXCEEDED", "CONCURRENT_REQUEST_LIMIT_EXCEEDED", "EXCEEDED_MAX_API_REQUESTS"})
_CODE = re.compile(r"[A-Za-z][A-Za-z_]{1,79}\Z")
_UNFORESEEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class RefusedError(HubError):
    """Salesforce understood the call and refused it for good.

    Args:
        status: HTTP status.
        code: Salesforce's error code; never its message, which may quote the data.
    """

    exit_code = 3

    def __init__(self, status: int, code: str) -> None:
        super().__init__(
            f"Salesforce refused a call: {code} (HTTP {status}).", fix="Check the connection's permissions."
        )
        self.status = status
        self.code = code


class LostError(TransientError):
    """The call was sent, or may have been, and no answer came: its effect is unknown."""


class TooLargeError(LostError):
    """The call is too large, for Salesforce or for what stands before it: a write had no effect, less of it may pass."""


class FailingError(LostError):
    """Salesforce answered 5xx: the effect is unknown, and further calls should wait."""


class UnsentError(TransientError):
    """No connection or no login could be made: the call certainly had no effect."""


class ExpiredError(AuthError):
    """The session is no longer valid; a new login may help once."""


def error_code(value: Any) -> str:
    """This is an error code from an answer, or ``UNKNOWN`` where it is not one (message texts never pass)."""
    return value if isinstance(value, str) and _CODE.match(value) else "UNKNOWN"


@dataclass(frozen=True, slots=True)
class _Answer:
    """The parts of a refusal that decide what happens next."""

    status: int
    code: str
    is_own: bool


def _read(error: SalesforceError) -> _Answer:
    content: Any = error.content
    first = content[0] if isinstance(content, list) and content else content
    code = first.get("errorCode") if isinstance(first, dict) else None
    return _Answer(int(error.status), error_code(code), isinstance(code, str))


def _from_salesforce(error: SalesforceError) -> HubError:
    if isinstance(error, SalesforceAuthenticationFailed):
        return refused_login(getattr(error, "code", None))
    answer = _read(error)
    if answer.code in LIMITS or answer.status == 429:
        return ThrottledError(
            f"Salesforce's request limit is reached ({answer.code}).",
            fix="Wait, or ask the org's owner for more API calls.",
        )
    if answer.status == 401:
        return ExpiredError(f"Salesforce no longer accepts the session ({answer.code}).", fix="Renew the credentials.")
    if answer.status == 413:
        return TooLargeError(
            "a call is too large for Salesforce, or for what stands between here and there (HTTP 413)."
        )
    if answer.status >= 500 or answer.code in RETRYABLE:
        return FailingError(f"Salesforce failed with HTTP {answer.status} ({answer.code}).")
    # A web page of a proxy, or of an org under maintenance, refuses no row.
    if answer.status >= 400 and not answer.is_own:
        return LostError(
            f"something answered with HTTP {answer.status} in Salesforce's place.",
            fix="Check instance_url, and what stands between here and Salesforce.",
        )
    return RefusedError(answer.status, answer.code)


def refused_login(code: Any) -> HubError:
    """This is the error for a login that Salesforce refused with ``code`` (a fault code or an OAuth error)."""
    text = str(code).removeprefix("sf:")
    if text.isdecimal() and int(text) >= 500:
        return TransientError(f"Salesforce's login failed with HTTP {text}.")
    if text in LIMITS or text == "LOGIN_RATE_EXCEEDED":
        return ThrottledError("Salesforce's login limit is reached.", fix="Wait before the next attempt.")
    known = error_code(text)
    return AuthError(f"Salesforce refused the login ({known}).", fix="Check the connection's credentials in hub.yaml.")


def _from_network(error: requests.RequestException) -> HubError:
    if isinstance(error, requests.exceptions.RetryError):
        return ThrottledError("Salesforce asks for a longer wait than this connection allows.")
    unsent = isinstance(error, requests.exceptions.ConnectTimeout) or "NewConnectionError" in repr(error)
    if unsent:
        return UnsentError("Salesforce could not be reached.")
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return LostError("Salesforce answered something that is not JSON.")
    return LostError(f"the connection to Salesforce broke ({type(error).__name__}).")


@contextmanager
def translated() -> Iterator[None]:
    """This turns the exceptions of simple-salesforce and requests into the hub's; no text of theirs is carried over.

    Raises ThrottledError, AuthError (ExpiredError), RefusedError, or TransientError (UnsentError, LostError).
    """
    try:
        yield
    except SalesforceError as error:
        # from None: the original's text quotes the answer's body and the address, which may hold personal data.
        raise _from_salesforce(error) from None
    except (requests.exceptions.InvalidJSONError, requests.exceptions.InvalidURL) as error:
        if isinstance(error, requests.exceptions.JSONDecodeError):
            raise _from_network(error) from None
        raise ConfigError("a call to Salesforce could not be built.") from None
    except requests.RequestException as error:
        raise _from_network(error) from None
    except _UNFORESEEN as error:
        # How simple-salesforce and the JSON reader fail on an answer of another shape than they expect.
        raise LostError(f"Salesforce answered something of unknown shape ({type(error).__name__}).") from None
