"""What Zendesk's answers mean to the hub: every answer passes here before zenpy or the connector sees it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests

from hub.contract import AuthError, BadRecordError, HubError, ThrottledError, TransientError, asked_wait, http_date

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,59}")
_ON_THE_WAY = "Check subdomain, and what stands between here and Zendesk."


class NotFoundError(BadRecordError):
    """Zendesk has no such record."""


class ForeignError(BadRecordError):
    """Something refused the request in Zendesk's place: another attempt may succeed."""


class TooLargeError(BadRecordError):
    """The request as a whole is too large, for Zendesk or for what stands before it: less of it may pass."""


class ForbiddenError(AuthError):
    """The token is good but may not do this."""


def vendor_code(body: Any) -> str | None:
    """This is the error code of an answer or of a row in it; None where there is only prose, which may quote data."""
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) and _CODE.fullmatch(error) else None


def refusal(response: requests.Response | None) -> HubError:
    """This is the hub's error for an answer of status 4xx that is about the request itself."""
    if response is None:
        return TransientError("zendesk: the answer was lost.")
    if response.status_code == 413:
        return TooLargeError("zendesk: the request is too large.", reason="http_413")
    body = _body(response)
    code = vendor_code(body)
    reason = code or f"http_{response.status_code}"
    is_own = isinstance(body, dict) and bool(body.get("error") or body.get("errors"))
    if response.status_code == 404 and (not is_own or code == "InvalidEndpoint"):
        # An address that is not there must not be taken for a record that has been deleted.
        return TransientError(f"zendesk: there is nothing at its address ({reason}).", fix=_ON_THE_WAY)
    if response.status_code == 404:
        return NotFoundError("zendesk: no such record.", reason="not_found")
    if not is_own:
        return ForeignError(f"zendesk: something refused the request ({reason}).", reason=reason, fix=_ON_THE_WAY)
    return BadRecordError(f"zendesk: the request was refused ({reason}).", reason=reason)


def _body(response: requests.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def answer_check(now: Callable[[], datetime]) -> Callable[..., None]:
    """This makes a response hook that raises the hub's error for a failing answer.

    zenpy never gets to see a 429 (it would wait for ever, in real seconds, and break on a date), nor a page that is not
    a JSON object (it would hand out the raw bytes as records). 404 and other refusals of one request pass.
    """

    def check(response: requests.Response, **_: Any) -> None:
        status, body = response.status_code, response.content  # read in full, so that the connection can be used again
        if status == 429:
            theirs = http_date(response.headers.get("Date", "")) or now()
            wait = asked_wait(response.headers.get("Retry-After"), theirs)
            raise ThrottledError("zendesk: too many requests or jobs.", retry_after=wait)
        if status == 401:
            raise AuthError("zendesk: the credentials were rejected.", fix="Check email and api_token.")
        if status == 403:
            raise ForbiddenError("zendesk: the token's owner may not do this.", fix="Use an administrator's token.")
        if status >= 500 or status == 408 or 300 <= status < 400:
            raise TransientError(f"zendesk: answered with status {status}.")
        if 200 <= status < 300 and status != 204 and body.lstrip()[:1] != b"{":
            raise TransientError("zendesk: answered with something that is not a JSON object.")

    return check
