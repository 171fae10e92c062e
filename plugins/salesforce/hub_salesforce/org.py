"""The org: one logged-in Salesforce, called through simple-salesforce."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.util import Usage, call_salesforce

from hub.contract import AuthError, ThrottledError, TransientError
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.login import Login
from hub_salesforce.refusal import ExpiredError, UnsentError, translated

T = TypeVar("T")
MOST_PAGES = 2_000
"""Pages of one query, each of 200 rows at least: no query asks for so many."""

MOST_EMPTY = 20
"""Empty pages in a row after which a query does not go on."""

_DIGITS = 40
_LOCATOR = re.compile(r"/services/data/v\d{2,3}\.0/query(?:All)?/([A-Za-z0-9]+(?:-\d+)?)\Z")


class Org:
    """One org, logged in when first called, logged in again at most once a call.

    simple-salesforce gets a token and no login of its own: its own re-login runs without end on some paths and drops
    headers on others.

    Args:
        config: the connection's settings.
        session: the prepared session; every call goes through it.
    """

    def __init__(self, config: SalesforceConfig, session: requests.Session) -> None:
        self._config = config
        self._session = session
        self._login = Login(config, session)
        self._client: Salesforce | None = None

    def call(self, use: Callable[[Salesforce], T]) -> T:
        """This is what ``use`` makes of the client.

        Raises AuthError, ThrottledError, RefusedError or TransientError (UnsentError, LostError).
        """
        client = self._client or self._open()
        self._spare(client)
        try:
            with translated():
                return use(client)
        except ExpiredError:
            if not self._login.renewable:
                raise
        client = self._open()
        try:
            with translated():
                return use(client)
        except ExpiredError:
            raise AuthError(
                "Salesforce refuses the session that it has just given.",
                fix="Check the user's API access and IP ranges.",
            ) from None

    def rest(self, path: str, *, method: str = "GET", json: Any = None, params: dict[str, str] | None = None) -> Any:
        """This is the parsed answer of a REST call below ``/services/data/vXX.0/``; None where it is empty."""
        extra = {} if json is None else {"json": json}
        return self.call(lambda client: client.restful(path, params=params, method=method, **extra))

    def transfer(
        self, path: str, *, method: str = "GET", data: bytes | None = None, params: dict[str, str] | None = None
    ) -> requests.Response:
        """This is the whole answer of a REST call that carries CSV, for its bytes and headers."""

        def use(client: Salesforce) -> requests.Response:
            media = {"Content-Type": "text/csv; charset=UTF-8"} if data is not None else {"Accept": "text/csv"}
            headers = {"Authorization": f"Bearer {client.session_id}", **media}
            return call_salesforce(
                client.base_url + path, method, client.session, headers, data=data, params=params
            )  # fmt: skip

        return self.call(use)

    def pages(self, soql: str, *, deleted: bool = False) -> Iterator[list[Any]]:
        """This yields the pages of a query, rows as Salesforce gave them; ``deleted`` includes the recycle bin.

        A continuation is followed by its id only: its address comes from the answer and could name any host.
        """
        return (_records(answer) for answer in self._answers(soql, deleted))

    def rows(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """These are all rows of a query that is known to be small."""
        found = [row for answer in self._answers(soql, deleted) for row in _records(answer)]
        if not all(isinstance(row, dict) for row in found):
            raise TransientError("Salesforce answered a query with rows that are none.")
        return found

    def _answers(self, soql: str, deleted: bool) -> Iterator[Any]:
        """The pages of a query; raises TransientError where they hold fewer rows than Salesforce counts.

        Only a whole list can say what is not in it, and who reads on behind a row that was left out never sees it.
        """
        answer = self.call(lambda client: client.query(soql, include_deleted=deleted))
        seen: set[str] = set()
        empty = count = 0
        while len(seen) < MOST_PAGES:
            empty = 0 if _records(answer) else empty + 1
            count += len(_records(answer))
            total = answer.get("totalSize")
            if answer.get("done") is True and isinstance(total, int) and count < total:
                raise TransientError("Salesforce left rows of a query out.")
            yield answer
            if answer.get("done") is True:
                return
            locator = _locator(answer.get("nextRecordsUrl"))
            if locator in seen or empty >= MOST_EMPTY:
                raise TransientError("Salesforce's paging does not advance.")
            seen.add(locator)
            answer = self._more(locator, deleted)
        raise TransientError("Salesforce's paging does not end.")

    def _more(self, locator: str, deleted: bool) -> Any:
        return self.call(lambda client: client.query_more(locator, include_deleted=deleted))

    def identified(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """These are all rows of a query, each with its Id; raises TransientError where one has none."""
        found = self.rows(soql, deleted=deleted)
        if not all(isinstance(row.get("Id"), str) for row in found):
            raise TransientError("Salesforce answered a query with rows that have no Id.")
        return found

    def count(self, soql: str) -> int:
        """This is the answer to a ``SELECT COUNT()``, the recycle bin included."""
        answer = self.call(lambda client: client.query(soql, include_deleted=True))
        total = answer.get("totalSize") if isinstance(answer, dict) else None
        if not isinstance(total, int | Decimal):
            raise TransientError("Salesforce answered a count with something that is none.")
        return int(total)

    def _open(self) -> Salesforce:
        try:
            token = self._login.token()
        except TransientError as error:
            # Whatever became of the login, the call that it was for has not been sent.
            raise UnsentError(error.message) from None
        self._client = Salesforce(
            session_id=token, instance_url=self._config.instance_url, session=self._session,
            version=self._config.api_version, parse_float=Decimal, object_pairs_hook=dict,
        )  # fmt: skip
        return self._client

    def _spare(self, client: Salesforce) -> None:
        usage = client.api_usage.get("api-usage")
        if isinstance(usage, Usage) and usage.used > usage.total * self._config.max_api_usage:
            # Forget the reading, so that the next attempt asks Salesforce again.
            client.api_usage = {}
            raise ThrottledError(
                f"{usage.used} of the org's {usage.total} daily API calls are used; the rest is left to its other users.",
                fix="Wait until tomorrow, or raise max_api_usage.",
            )


def _records(answer: Any) -> list[Any]:
    if not isinstance(answer, dict) or not isinstance(answer.get("records"), list):
        raise TransientError("Salesforce answered a query with something that holds no records.")
    return [_plain(row) for row in answer["records"]]


def _locator(url: Any) -> str:
    found = _LOCATOR.match(url) if isinstance(url, str) else None
    if found is None:
        raise TransientError("Salesforce's paging names no continuation of its own.")
    return found.group(1)


def _plain(value: Any) -> Any:
    """A row without API addresses, and without floats where a whole number was meant: an id must keep every digit.

    A number beyond all use stays a float (infinity), because its digits would fill the memory.
    """
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if name != "attributes"}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        whole = value.is_finite() and abs(value.adjusted()) <= _DIGITS and value == value.to_integral_value()
        return int(value) if whole else float(value)
    return value
