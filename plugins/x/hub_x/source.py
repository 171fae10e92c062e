"""Reads X: mentions, search results and the account's own posts."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.contract import Batch, ConfigError, Context, RawRecord, TransientError
from hub_x.client import XClient
from hub_x.compliance import ComplianceCheck
from hub_x.config import XConfig
from hub_x.failure import RefusedRequestError
from hub_x.page import Page, parse_page, parse_posts
from hub_x.span import Span
from hub_x.window import Window, is_id

POST_STREAMS = ("mentions", "search", "timeline")
USERS = "users"
"""Not a stream to read: ``recheck`` takes user ids under this name."""

POST_FIELDS = [
    "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "in_reply_to_user_id", "lang", "note_tweet",
    "referenced_tweets",
]  # fmt: skip
USER_FIELDS = ["id", "name", "protected", "username"]
# Referenced posts are expanded only because X then says which of them are gone; their words are not kept.
EXPANSIONS = ["author_id", "referenced_tweets.id"]

_SHOWN = {"tweet_fields": POST_FIELDS, "user_fields": USER_FIELDS, "expansions": EXPANSIONS}
_IDS_A_CALL = 100
MOST_PAGES = 10_000
"""Pages of one read: far more than X's limits grant a run."""

_END_AGE = timedelta(seconds=30)
_SEARCH_REACH = timedelta(days=7) - timedelta(minutes=1)
_GONE_PER_BATCH = 500


class XSource:
    """This reads posts, and finds those that must go.

    Args:
        config: the connection's settings.
        context: session, clock and pause.
    """

    def __init__(self, config: XConfig, context: Context) -> None:
        self._config, self._context = config, context
        self._client = XClient(config.bearer_token.get_secret_value(), context)
        self._compliance = ComplianceCheck(self._client, config, context)

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This yields one batch per page of new posts, newest first, and what X reports gone on the way.

        Raises AuthError, ThrottledError, TransientError, or ConfigError for a request that X will never accept.
        """
        window, settle = Window.load(cursor, self._scope(stream)), timedelta(seconds=self._config.settle_seconds)
        began = self._context.now()
        for page, reached in self._pages(stream, window):
            records = page.records(stream, self._config.user_id)
            if reached is None:
                # Nothing but problems: they are passed on, and the page is asked for again by the next run.
                yield Batch(records, window.dump())
                if not records:
                    raise TransientError("X answered with problems instead of posts.")
                return
            horizon = self._context.vendor_time(began) - settle
            window = reached.settled(window.since, horizon) if settle else reached
            yield Batch(records, window.dump())

    def read_range(self, stream: str, start: datetime, end: datetime, cursor: str | None = None) -> Iterator[Batch]:
        """This yields posts said in [``start``, ``end``), newest first: see ``hub.contract.Ranged``.

        Raises as ``read`` does.
        """
        span = Span(start, end)
        window = Window.load(cursor, f"{self._scope(stream)}/{span}")
        if window.through:
            return
        for page, reached in self._pages(stream, window, span):
            if reached is None:
                raise TransientError("X answered with problems instead of posts.")
            records = page.records(stream, self._config.user_id)
            inside = (one for one in records if one.deleted or span.holds(one.data["created_at"]))
            yield Batch(tuple(inside), replace(reached, through=reached.token is None or None).dump())

    def fetch(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This yields posts by id: see ``hub.contract.Fetcher``; raises as ``read`` does.

        A post that was edited since comes as deleted: its words now stand under another id. One that X neither shows nor
        calls gone comes with a flaw, to be asked for again.
        """
        self._scope(stream)
        wanted = list(dict.fromkeys(keys))
        for at in range(0, len(wanted), _IDS_A_CALL):
            asked = wanted[at : at + _IDS_A_CALL]
            ids = [key for key in asked if is_id(key)]
            answer = self._client.call("get_tweets", ids, **_SHOWN) if ids else {}
            told = {one.key: one for one in parse_posts(answer).records(stream, self._config.user_id)}
            yield Batch(tuple(_single(stream, key, told.get(key)) for key in asked), None)

    def recheck(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This asks X which of the stored records must go, and yields them as deleted.

        Args:
            stream: a stream of posts, with post ids as keys; or ``users``, with user ids as keys.
            keys: vendor keys that the hub holds.

        The batches carry no cursor. Raises AuthError, ThrottledError (one job of a kind at a time), TransientError.
        """
        if stream != USERS:
            _check_stream(stream)
        gone = self._compliance.find_gone("users" if stream == USERS else "tweets", keys)
        records = [RawRecord(stream, key, f"deleted:{when}", {}, deleted=True) for key, when in gone.items()]
        for start in range(0, len(records), _GONE_PER_BATCH):
            yield Batch(tuple(records[start : start + _GONE_PER_BATCH]), None)

    def check(self) -> None:
        """This looks the company's own account up; raises AuthError, ThrottledError, TransientError or ConfigError."""
        found = self._client.call("get_user", username=self._config.username, user_fields=["id"]).get("data")
        if not isinstance(found, dict):
            raise _unknown_account()
        if found.get("id") != self._config.user_id:
            raise ConfigError("username and user_id name two different X accounts.", fix="Correct one of them.")

    def _pages(self, stream: str, window: Window, span: Span | None = None) -> Iterator[tuple[Page, Window | None]]:
        """Page after page with the window behind it; None, and the end, where X sent nothing but problems."""
        seen: set[str | None] = set()
        while True:
            page, asked = self._fetch(stream, window, span)
            if page.meta is None:
                yield page, None
                return
            seen.add(asked.token)
            if page.next_token is not None and (page.next_token in seen or len(seen) > MOST_PAGES):
                raise TransientError("X's paging goes in a circle.")
            window = asked.after(page.ids, page.next_token)
            yield page, window
            if window.token is None:
                return

    def _fetch(self, stream: str, window: Window, span: Span | None) -> tuple[Page, Window]:
        while True:
            try:
                return self._ask(stream, window, span), window
            except RefusedRequestError as refused:
                narrower = window.without(refused.parameters)
                if narrower == window:
                    raise
                window = narrower

    def _ask(self, stream: str, window: Window, span: Span | None) -> Page:
        bounds = (
            self._start(stream, window, self._config.start_time) if span is None else self._ends(stream, window, span)
        )
        params: dict[str, Any] = {
            "max_results": self._config.page_size, "since_id": window.since, "until_id": window.until, **_SHOWN, **bounds,
        }  # fmt: skip
        page = parse_page(self._call(stream, window.token, params))
        if self._config.user_id in page.gone_users:
            # Otherwise a suspended account would look like a quiet one.
            raise _unknown_account()
        return page

    def _call(self, stream: str, token: str | None, params: dict[str, Any]) -> dict[str, Any]:
        if stream == "search":
            return self._client.call("search_recent_tweets", self._config.search_query, next_token=token, **params)
        if stream == "mentions":
            return self._client.call("get_users_mentions", self._config.user_id, pagination_token=token, **params)
        # Reposts in our timeline are the words of others.
        return self._client.call(
            "get_users_tweets", self._config.user_id, pagination_token=token, exclude=["retweets"], **params
        )

    def _ends(self, stream: str, window: Window, span: Span) -> dict[str, Any]:
        # X takes one upper end only, and none that is younger than half a minute.
        is_settled = span.end_second < self._context.now() - _END_AGE
        end = {"end_time": span.end_second} if is_settled and window.until is None else {}
        return {**self._start(stream, window, span.start), **end}

    def _start(self, stream: str, window: Window, start: datetime | None) -> dict[str, Any]:
        if start is None or window.since is not None:
            return {}
        if stream == "search" and start < self._context.now() - _SEARCH_REACH:
            return {}  # X refuses it, and goes back just as far without
        return {"start_time": start}

    def _scope(self, stream: str) -> str:
        _check_stream(stream)
        if stream == "search" and self._config.search_query is None:
            raise ConfigError("the stream search needs search_query.", fix="Set it in the connection's config.")
        asked = self._config.search_query if stream == "search" else self._config.user_id
        return hashlib.sha256(f"{stream}:{asked}".encode()).hexdigest()[:12]


def _single(stream: str, key: str, told: RawRecord | None) -> RawRecord:
    """What X says of one post. Saying nothing is not saying that it is gone; what is no id was never a post."""
    if told is None and is_id(key):
        return RawRecord(stream, key, "untold", {}, flaw="record.untold")
    if told is None or told.deleted or told.version != key:
        return RawRecord(stream, key, "deleted:gone", {}, deleted=True)
    return told


def _check_stream(stream: str) -> None:
    if stream not in POST_STREAMS:
        raise ConfigError(f"the X connector has no stream {stream!r}.", fix=f"Use one of {', '.join(POST_STREAMS)}.")


def _unknown_account() -> ConfigError:
    return ConfigError("X does not show the configured account.", fix="Check username and user_id of the connection.")
