"""One Zendesk account: the real zenpy client and plain calls, on the hub's session, with the hub's errors."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import requests
from zenpy import Zenpy
from zenpy.lib.exception import APIException, RatelimitBudgetExceeded, ZenpyException

from hub.contract import Context, HubError, ThrottledError, TransientError
from hub_zendesk.answers import answer_check, refusal
from hub_zendesk.config import ZendeskConfig

T = TypeVar("T")

_UNFORESEEN = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""How zenpy and the JSON reader fail on an answer of another shape than they expect."""

MAX_PAGES = 10_000
"""Pages of one listing; more means that the vendor leads us in a circle."""


class Account:
    """A Zendesk account.

    Args:
        config: settings of the connection.
        context: what the hub gives; all calls go through its session.
    """

    def __init__(self, config: ZendeskConfig, context: Context) -> None:
        self.config = config
        self.context = context
        self._session = context.session
        self._base = f"https://{config.subdomain}.zendesk.com/api/v2"
        # zenpy logs whole payloads at DEBUG, and those are personal data.
        logging.getLogger("zenpy").setLevel(logging.WARNING)
        self._session.hooks["response"].append(answer_check(context.now))
        # The cache would serve stale users and keep personal data after an erasure. A budget of one second makes zenpy
        # raise instead of waiting: the session has already waited as long as it may.
        self.zenpy = Zenpy(
            subdomain=config.subdomain, email=config.email, token=config.api_token.get_secret_value(),
            session=self._session, disable_cache=True, ratelimit_budget=1, timeout=config.timeout,
        )  # fmt: skip

    def call(self, action: Callable[[], T]) -> T:
        """This runs one call and turns every error of zenpy and requests into the hub's.

        Causes are cut off (``from None``): zenpy puts whole answers, with personal data, into its exceptions.
        """
        try:
            return action()
        except HubError:
            raise
        except (APIException, requests.HTTPError) as error:
            raise refusal(error.response) from None
        except (requests.exceptions.RetryError, RatelimitBudgetExceeded):
            raise ThrottledError("zendesk: asks to wait longer than this connection may.") from None
        except requests.RequestException as error:
            raise TransientError(f"zendesk: no usable answer ({type(error).__name__}).") from None
        except (ZenpyException, *_UNFORESEEN) as error:
            raise TransientError(f"zendesk: an answer of unknown shape ({type(error).__name__}).") from None

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """This reads ``path`` below ``/api/v2/`` without zenpy; raises NotFoundError and the hub's other errors."""
        return self._send("GET", path, params=dict(params or {}))

    def put(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """This writes ``path`` below ``/api/v2/`` without zenpy; raises NotFoundError and the hub's other errors."""
        return self._send("PUT", path, json=dict(body))

    def pages(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """This yields the pages of a cursor-paged listing.

        zenpy would end at an empty page in the middle and follow ``links.next`` to whatever host it names, so this goes
        by ``meta`` alone and builds each address itself.
        """
        wanted = {"page[size]": 100, **(params or {})}
        seen = {wanted.get("page[after]")}
        for _ in range(MAX_PAGES):
            page = self.get(path, wanted)
            meta = page.get("meta")
            if not isinstance(meta, dict) or not isinstance(meta.get("has_more"), bool):
                raise TransientError("zendesk: a page of a listing does not say whether it is the last.")
            after = meta.get("after_cursor")
            if meta["has_more"] and (not isinstance(after, str) or not after or after in seen):
                # Before the page is handed out: who remembers where it ended would take it for the last.
                raise TransientError("zendesk: a listing says that it goes on but not where.")
            yield page
            if not meta["has_more"]:
                return
            seen.add(after)
            wanted["page[after]"] = after
        raise TransientError("zendesk: a listing does not end.")

    def _send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        def send() -> dict[str, Any]:
            response = self._session.request(method, f"{self._base}/{path}", timeout=self.config.timeout, **options)
            if not response.ok:
                raise refusal(response)
            body = response.json() if response.content else {}
            if not isinstance(body, dict):
                raise TransientError("zendesk: answered with something that is not a JSON object.")
            return body

        return self.call(send)


def rows_of(body: Mapping[str, Any], name: str) -> list[Any]:
    """This is the list called ``name`` in an answer, whatever is in it; raises TransientError where it is no list."""
    rows = body.get(name)
    if not isinstance(rows, list):
        raise TransientError(f"zendesk: an answer lacks its list of {name}.")
    return rows


def listed(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """This is the list of objects called ``name`` in an answer; raises TransientError where it is no such list."""
    rows = rows_of(body, name)
    if not all(isinstance(row, dict) for row in rows):
        raise TransientError(f"zendesk: a list of {name} holds something else.")
    return rows
