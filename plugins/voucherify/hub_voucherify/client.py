"""Calls the vendor's HTTP API and says, in the contract's words, what became of each call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize
from urllib.parse import quote

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from hub.contract import (
    AuthError,
    ConfigError,
    Context,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
    asked_wait,
    http_date,
)
from hub_voucherify.config import VoucherifyConfig

_KEY = re.compile(r"[a-z0-9_]{1,64}")
_ON_THE_WAY = "Check `host` in the connection's settings, and what stands between here and Voucherify."
_EPOCH = re.compile(r"[0-9]{1,12}\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the vendor that settles the call: 2xx, or a refusal that stands.

    Args:
        status: HTTP status.
        body: the JSON object; empty where the vendor sent none.
    """

    status: int
    body: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """This is True where the vendor did what was asked."""
        return self.status < 300

    @property
    def reason(self) -> str:
        """This is the vendor's error key, or the status; never the message, which may quote the data."""
        key = self.body.get("key")
        return key if isinstance(key, str) and _KEY.fullmatch(key) else f"http_{self.status}"


class TooLargeError(UnknownOutcomeError):
    """The call as a whole is too large: less of it may pass."""


class VoucherifyClient:
    """A thin client on the hub's session; every call goes through ``_send``.

    Args:
        config: the connection's settings.
        context: session, clock and waiting.
    """

    def __init__(self, config: VoucherifyConfig, context: Context) -> None:
        self.config, self.context = config, context
        self.campaign = f"/v1/loyalties/{segment(config.campaign)}"

    def read(self, path: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """This gets a JSON object that must be there; raises AuthError, ThrottledError, TransientError or ConfigError."""
        answer = self.find(path, params)
        if answer is None:
            raise ConfigError(
                "Voucherify does not know what the connection asked for (404).",
                fix="Check `campaign` and `host` in the connection's settings.",
            )
        return answer

    def find(self, path: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any] | None:
        """This gets a JSON object, or None where the vendor has none (404); raises as ``read`` does."""
        try:
            answer = self._send("GET", path, params=params)
        except UnknownOutcomeError as error:
            raise TransientError(error.message, fix=error.fix) from None
        if answer.status == 404:
            return None
        if not answer.ok:
            raise TransientError(f"Voucherify refused to be read: {answer.reason} ({answer.status}).")
        if not answer.body:
            # Nothing is not "there is none": a booking would be made twice, a person taken for erased.
            raise TransientError("Voucherify answered with nothing.")
        return answer.body

    def customer(self, key: str) -> Mapping[str, Any] | None:
        """This gets a customer by id or source id, or None where the vendor has none; raises as ``read`` does.

        Raises TransientError for an answer about somebody else.
        """
        found = named(self.find(f"/v1/customers/{segment(key)}"), "id")
        if found is not None and not is_about(found, key):
            raise somebody_else()
        return found

    def write(self, method: str, path: str, body: Any = None) -> Answer:
        """This changes something at the vendor, at most once.

        Raises:
            UnknownOutcomeError: it may or may not have happened.
            TransientError: it certainly has not: the vendor could not be reached.
            AuthError, ThrottledError: it certainly has not.
        """
        return self._send(method, path, body=body)

    def _send(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        try:
            response = self.context.session.request(
                method,
                self.config.host + path,
                params=params,
                json=body,
                headers=self._headers(),
                allow_redirects=False,
            )
        # `from None` throughout: the original errors quote the address, which may hold an e-mail or a customer number.
        except requests.exceptions.RetryError:
            raise ThrottledError("Voucherify asks for a longer wait than the hub allows.") from None
        except requests.exceptions.RequestException as error:
            raise _cut_off(error) from None
        return self._judge(response)

    def _headers(self) -> dict[str, str]:
        return {
            "X-App-Id": self.config.app_id,
            "X-App-Token": self.config.app_token.get_secret_value(),
            "Accept": "application/json",
        }

    def _judge(self, response: requests.Response) -> Answer:
        status = response.status_code
        if status in {401, 403}:
            raise AuthError(
                f"Voucherify refused the credentials ({status}).", fix="Check `app_id`, `app_token` and the key's role."
            )
        if status in {402, 429}:
            raise ThrottledError(
                f"Voucherify's call limit is reached ({status}).", retry_after=self._wait_of(response.headers)
            )
        if status >= 500 or 300 <= status < 400:
            raise UnknownOutcomeError(f"Voucherify answered {status}.")
        if status == 413:
            raise TooLargeError("a call is too large for Voucherify, or for what stands before it.", fix=_ON_THE_WAY)
        answer = Answer(status, _object_of(response))
        if status >= 400 and not _is_own(answer):
            # A page of a proxy is no word on whether there is such a customer.
            raise UnknownOutcomeError(f"something answered {status} in Voucherify's place.", fix=_ON_THE_WAY)
        return answer

    def _wait_of(self, headers: Mapping[str, str]) -> float | None:
        theirs = http_date(headers.get("Date", "")) or self.context.now()
        wait = asked_wait(headers.get("Retry-After"), theirs)
        instant = headers.get("X-Rate-Limit-Retry", "")
        if wait is None and _EPOCH.match(instant):
            return max(0.0, float(instant) - theirs.timestamp())
        return wait


def segment(value: str) -> str:
    """This makes one path segment of a vendor key; raises ValueError for a key that cannot be one."""
    if value.strip() in {"", ".", ".."}:
        raise ValueError("this key cannot stand in an address")
    return quote(value, safe="")


def listed(body: Mapping[str, Any] | None, name: str) -> list[dict[str, Any]]:
    """This is the list of objects called ``name``, empty where the vendor has none (None).

    Raises TransientError where it is no such list: only a whole list can say what is not in it.
    """
    if body is None:
        return []
    rows = body.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TransientError(f"Voucherify's answer has no list {name!r}.")
    return rows


def named(body: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    """This is an object that has its key ``name``, None where the vendor has none; else it raises TransientError."""
    if body is not None and not body.get(name):
        raise TransientError(f"Voucherify's answer has no {name!r}.")
    return body


def is_about(customer: Mapping[str, Any], key: str) -> bool:
    """Whether an answer shows the customer that was asked for: caches and proxies have been seen to answer with another."""
    shown = {normalize("NFC", one) for name in ("source_id", "id") if isinstance(one := customer.get(name), str)}
    return bool(customer.get("id")) and normalize("NFC", key) in shown  # a letter with an accent has two spellings


def somebody_else() -> TransientError:
    """This says that an answer is about another customer, card or entry than was asked for."""
    return TransientError("Voucherify answered about something else than was asked for.")


def _cut_off(error: requests.exceptions.RequestException) -> UnknownOutcomeError | TransientError:
    cause = error.args[0] if error.args else None
    unreachable = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    if unreachable or isinstance(error, requests.exceptions.ConnectTimeout):
        return TransientError("Voucherify could not be reached.")
    return UnknownOutcomeError(f"the connection to Voucherify broke off ({type(error).__name__}).")


def _is_own(answer: Answer) -> bool:
    return bool(answer.body.get("key") or answer.body.get("code")) or (answer.status != 404 and bool(answer.body))


def _object_of(response: requests.Response) -> Mapping[str, Any]:
    if response.status_code == 204 or (response.status_code >= 400 and not response.content):
        return {}
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    if response.status_code >= 400:
        return {}
    raise UnknownOutcomeError("Voucherify's answer is not a JSON object.")
