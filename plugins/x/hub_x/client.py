"""tweepy's client on the hub's session, with the hub's errors."""

import logging
from typing import Any

import requests
import tweepy

from hub.contract import Context, HubError, TransientError
from hub_x.failure import UNFORESEEN, translate


class _NoDetails(logging.Filter):
    """tweepy writes the token and whole answers to its log at level DEBUG; nothing below WARNING may pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_NO_DETAILS = _NoDetails()


class XClient:
    """tweepy's client on the hub's session.

    Args:
        token: app-only bearer token.
        context: gives the session, on which every byte travels, and the clock.
    """

    def __init__(self, token: str, context: Context) -> None:
        logging.getLogger("tweepy.client").addFilter(_NO_DETAILS)
        # wait_on_rate_limit would repeat at once, without end, where X names no reset time.
        self._client = tweepy.Client(token, return_type=dict, wait_on_rate_limit=False)
        self._client.session.close()
        self._client.session = context.session
        self._context = context

    def call(self, method: str, *args: Any, **params: Any) -> dict[str, Any]:
        """This calls a method of ``tweepy.Client`` and gives X's JSON document.

        Raises AuthError, ThrottledError, TransientError or RefusedRequestError.
        """
        failure: HubError
        try:
            answer = getattr(self._client, method)(*args, **params)
        except (tweepy.TweepyException, requests.RequestException, *UNFORESEEN) as error:
            failure = translate(error, self._context.now())
        else:
            if isinstance(answer, dict):
                return answer
            failure = TransientError("X answered with something that is none of its documents.")
        # Raised here and not above, so that tweepy's error with its quotes of the answer is not chained to it.
        raise failure

    def upload(self, url: str, ids: list[str]) -> None:
        """This puts ids, one a line, to a signed address; the token does not travel with them."""
        self._transfer(
            "PUT", url, data="".join(f"{one}\n" for one in ids).encode(), headers={"Content-Type": "text/plain"}
        )

    def download(self, url: str) -> bytes:
        """This gets the content behind a signed address."""
        return self._transfer("GET", url)

    def _transfer(self, method: str, url: str, **options: Any) -> bytes:
        failure: HubError
        try:
            with self._context.session.request(method, url, **options) as response:
                if response.ok:
                    return response.content
                failure = TransientError(f"X's file storage answered with status {response.status_code}.")
        except requests.RequestException as error:
            failure = translate(error, self._context.now())
        raise failure
