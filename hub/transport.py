"""The prepared ``requests.Session`` that every connector makes its calls on.

Vendor clients follow paging links to any host with the credentials attached, wait for ever, retry never or without end
(see docs/explanation/connectors.md). So the session itself holds the line: the adapter sees every request, redirects and
paging links included.
"""

import fnmatch
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, Self
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, ResponseError
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import Retry

from hub.errors import ConfigError, PolicyError
from hub.wait import asked_wait, http_date
from hub.wire import AnswerBounds, BoundedBody, announced_size, bounded_pools

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Bounds of one connection's traffic.

    Args:
        connect_timeout: seconds to open a connection.
        read_timeout: seconds between two bytes of an answer.
        answer_timeout: seconds for a whole answer, from the end of the request to the last byte.
        retries: further attempts per request.
        max_wait: longest wait in seconds that a Retry-After may ask for; above it the answer goes to the caller.
        max_response_bytes: an answer that announces, sends or unpacks to more is refused.
        max_redirects: how many redirects are followed, each to a pinned host only.
    """

    connect_timeout: float = 10
    read_timeout: float = 60
    answer_timeout: float = 300
    retries: int = 3
    max_wait: float = 60
    max_response_bytes: int = 256 * 1024 * 1024
    max_redirects: int = 5


@dataclass(slots=True)
class Traffic:
    """What went over the wire: requests and bytes, for metrics; never contents."""

    requests: int = 0
    bytes_out: int = 0
    bytes_in: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """Where requests may go.

    Args:
        origin: the vendor's own address, which clients call ("https://api.twitter.com").
        base_url: what to call instead, or None.
        hosts: further hosts of the vendor that may be called; ``*.zendesk.com`` allows one label below.
    """

    origin: str
    base_url: str | None
    hosts: tuple[str, ...] = ()

    def resolve(self, url: str) -> str:
        """This is the address to call for ``url``; raises PolicyError for any host that is not pinned."""
        parts = urlsplit(url)
        origin = urlsplit(self.origin)
        if (parts.scheme, parts.netloc) == (origin.scheme, origin.netloc) and self.base_url:
            return _rebase(parts, urlsplit(self.base_url))
        if self._is_pinned(parts):
            return url
        raise PolicyError(
            f"a request to host {parts.hostname!r} was refused: it is not a host of this connection.",
            reason="transport.host_not_pinned",
            fix="Check the vendor's paging links and redirects, or the plugin's manifest.",
        )

    def _is_pinned(self, parts: SplitResult) -> bool:
        if parts.username or parts.password:
            return False
        if self.base_url:
            base = urlsplit(self.base_url)
            return (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        names = (urlsplit(self.origin).hostname or "", *self.hosts)
        host = (parts.hostname or "").lower()
        return parts.scheme == "https" and any(_host_matches(host, name) for name in names)


def _host_matches(host: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(host, pattern.lower()) and host.count(".") == pattern.count(".")


def _rebase(parts: SplitResult, base: SplitResult) -> str:
    return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query, ""))


def check_base_url(url: str | None, *, where: str) -> str | None:
    """This accepts https anywhere and plain http on loopback only; raises ConfigError."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise ConfigError(
        f"{where}: base_url must be https (plain http is for loopback only).",
        fix="Use an https address, or 127.0.0.1 for a local server.",
    )


class Budget(Protocol):
    """This decides when a call may start; see ``hub.budget``."""

    def take(self, call: str) -> Any:
        """This waits until the call ("METHOD /path") may start, and gives what ``settle`` wants; raises ThrottledError."""
        ...

    def settle(self, grant: Any, status: int | None, headers: Mapping[str, str]) -> float:
        """This tells how a call ended (None: without an answer) and gives the seconds that nobody may call now."""
        ...


class Turn(threading.local):
    """The attempts of one request: each takes from the budget when it starts, and settles when it has ended."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = budget
        self._grant: Any = None
        self._call = ""
        self._look: Callable[[], None] = lambda: None
        self._tell: Callable[[int], None] = lambda _: None

    def start(self, call: str, look: Callable[[], None], tell: Callable[[int], None]) -> None:
        """This waits until the first attempt may start. Raises ThrottledError.

        ``look`` is called before each attempt, ``tell`` with the status that answers it.
        """
        self._call, self._look, self._tell = call, look, tell
        self.again()

    def again(self) -> None:
        """This waits until one more attempt may start; raises ThrottledError, and whatever the last look before it raises."""
        if self._budget is not None:
            self._grant = self._budget.take(self._call)
        self._look()  # after all waiting: what was in order a minute ago may not be now

    def end(self, response: BaseHTTPResponse | requests.Response | None) -> float:
        """This settles an attempt, once, and gives the seconds that nobody may call now."""
        grant, self._grant = self._grant, None
        status = getattr(response, "status_code", None) or getattr(response, "status", None)
        if status is not None:
            self._tell(status)
        if self._budget is None or grant is None:
            return 0
        return self._budget.settle(grant, status, response.headers if response is not None else {})


class BoundedRetry(Retry):
    """urllib3's Retry with a ceiling on what a Retry-After may ask for, each attempt within the budget.

    429 is retried for every method (the vendor did nothing); 502, 503 and 504 for idempotent ones only.
    """

    def __init__(
        self, *args: Any, max_wait: float = 60, pause: Callable[[float], None] = time.sleep, turn: Turn | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.max_wait = max_wait
        self.pause = pause
        self.turn = turn or Turn()

    def new(self, **kwargs: Any) -> Self:
        """This carries the ceiling, the clock and the budget to the next attempt."""
        return super().new(max_wait=self.max_wait, pause=self.pause, turn=self.turn, **kwargs)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """This retries 429 always and gateway errors on idempotent methods."""
        if not self.total:
            return False
        return status_code == 429 or (status_code in {502, 503, 504} and method.upper() in IDEMPOTENT)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """This is the wait in seconds that the vendor asks for; a date is meant by the vendor's own clock.

        A header that cannot be read asks for nothing.
        """
        present = http_date(response.headers.get("Date", "")) or datetime.now(UTC)
        return asked_wait(response.headers.get("Retry-After"), present)

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """This waits as long as the vendor asks (seconds or date), else backs off, and then until the budget has room."""
        wait = self.get_retry_after(response) if response is not None else None
        self.pause(wait if wait is not None else self.get_backoff_time())
        self.turn.again()

    def increment(
        self, method: str | None = None, url: str | None = None, response: Any = None, error: Exception | None = None,
        _pool: Any = None, _stacktrace: Any = None,
    ) -> Self:  # fmt: skip
        """This gives up at once where the vendor asks for a longer wait than allowed."""
        blocked = self.turn.end(response)
        if response is not None and max(self.get_retry_after(response) or 0, blocked) > self.max_wait:
            raise MaxRetryError(_pool, url or "", ResponseError("the wait that the vendor asks for is too long"))
        return super().increment(method, url, response, error, _pool, _stacktrace)


Look = Callable[..., None]
"""Is given the parts of a request - address, headers, body - as bytes, and raises PolicyError where it may not leave."""

Tell = Callable[[int, bytes, bytes], None]
"""Is given the status that answered an attempt, and its request: address and body."""


class Checkpoint:
    """Where each request of a session is looked at before its first byte leaves; it passes while nobody looks."""

    def __init__(self) -> None:
        self._look: Look | None = None
        self._tell: Tell | None = None

    @contextmanager
    def watching(self, look: Look, tell: Tell | None = None) -> Iterator[None]:
        """This has ``look`` look at every request while the block runs, whichever thread makes it, and tells of each answer."""
        self._look, self._tell = look, tell
        try:
            yield
        finally:
            self._look = self._tell = None

    def check(self, request: requests.PreparedRequest) -> None:
        """This raises PolicyError where the request may not leave; a body that is read piece by piece is read whole."""
        if self._look is not None:
            headers = "\n".join(f"{name}: {_text(value)}" for name, value in request.headers.items())
            self._look((request.url or "").encode(), headers.encode(), _whole_body(request))

    def tell(self, request: requests.PreparedRequest, status: int) -> None:
        """This tells that an attempt was answered, also one that is made again."""
        if self._tell is not None:
            self._tell(status, (request.url or "").encode(), _whole_body(request))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _whole_body(request: requests.PreparedRequest) -> bytes:
    body: Any = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if not isinstance(body, bytes):
        body = body.read() if hasattr(body, "read") else b"".join(body)
        body = body.encode() if isinstance(body, str) else body
        request.body = body
        request.headers.pop("Transfer-Encoding", None)
        request.headers["Content-Length"] = str(len(body))
    return bytes(body)


_WRONG = timedelta(days=3650)  # a clock that is further off shows nothing


class VendorClock:
    """The vendor's clock, as the ``Date`` of its latest answer showed it.

    Args:
        now: the hub's clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._behind = timedelta()

    def look(self, date: str) -> None:
        """This takes note of an answer's ``Date``."""
        theirs = http_date(date)
        if theirs is not None:
            behind = self._now() - theirs
            self._behind = behind if timedelta() < behind < _WRONG else timedelta()

    def time(self, at: datetime) -> datetime:
        """This is what the vendor's clock showed at ``at`` of the hub's, or ``at`` itself where that is earlier."""
        return at - self._behind


class PinnedAdapter(HTTPAdapter):
    """This sends requests to pinned hosts only, with time-outs and bounded retries.

    Args:
        route: where requests may go.
        limits: bounds.
        traffic: counters to add to.
        pause: how to wait.
        budget: asked before each attempt, told after it.
        checkpoint: looks at each request.
        clock: is shown each answer's date.
    """

    def __init__(
        self, route: Route, limits: TransportLimits, traffic: Traffic, pause: Callable[[float], None],
        budget: Budget | None = None, checkpoint: Checkpoint | None = None, clock: VendorClock | None = None,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._route, self._limits, self._traffic, self._turn = route, limits, traffic, Turn(budget)
        self._checkpoint = checkpoint or Checkpoint()
        retry = BoundedRetry(
            total=limits.retries, connect=limits.retries, read=0, redirect=0, status=limits.retries, other=0,
            backoff_factor=0.5, backoff_jitter=0.2, raise_on_status=False, respect_retry_after_header=True,
            allowed_methods=None, max_wait=limits.max_wait, pause=pause, turn=self._turn,
        )  # fmt: skip
        super().__init__(max_retries=retry)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """This makes the pools, whose answers are bounded."""
        super().init_poolmanager(*args, **options)
        bounds = AnswerBounds(self._limits.answer_timeout, self._limits.max_response_bytes)
        self.poolmanager.pool_classes_by_scheme = bounded_pools(bounds)

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, timeout: Any = None, verify: bool | str = True,
        cert: Any = None, proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:  # fmt: skip
        """This calls the pinned address and answers as if the asked-for one had been called.

        zenpy compares the address it asked for with the answer's, so the answer keeps the former.
        """
        asked = request.url or ""
        request.url = self._route.resolve(asked)
        timeout = timeout or (self._limits.connect_timeout, self._limits.read_timeout)
        response = None
        try:
            self._turn.start(
                f"{request.method} {urlsplit(asked).path}",
                lambda: self._checkpoint.check(request),
                lambda status: self._checkpoint.tell(request, status),
            )
            self._traffic.requests += 1
            self._traffic.bytes_out += len(request.body or b"")
            response = super().send(request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=None)
        except requests.RequestException:
            raise
        except ValueError:  # how urllib3 stumbles over a refusal that it reads before it tries again
            raise requests.exceptions.ConnectionError("an answer that is no HTTP") from None
        finally:
            request.url = asked
            self._turn.end(response)
        response.url = asked
        if self._clock is not None:
            self._clock.look(response.headers.get("Date", ""))
        self._bound(response)
        _check_location(response)
        return response

    def _bound(self, response: requests.Response) -> None:
        most = self._limits.max_response_bytes
        response.raw = BoundedBody(response.raw, most, self._count)
        if announced_size(response.headers) > most:
            response.close()
            # Not an error of the hub's: only the client knows whether the request may have had its effect.
            raise requests.exceptions.ConnectionError("an answer announces more than the allowed maximum")

    def _count(self, size: int) -> None:
        self._traffic.bytes_in += size


def _check_location(response: requests.Response) -> None:
    """This refuses a redirect to what is no address: following it, requests would break off with a bare ValueError."""
    if not response.is_redirect:
        return
    try:
        _ = urlsplit(urljoin(response.url, response.headers["Location"].encode("latin-1").decode())).port
    except ValueError:
        response.close()
        raise requests.exceptions.ConnectionError("an answer leads to what is no address") from None


class _Session(requests.Session):
    def resolve_redirects(self, resp: Any, req: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """This follows no redirect that makes a write a GET: whatever that answers is no answer to the write."""
        is_followed = not kwargs.get("yield_requests")  # else requests only asks what would come next
        if is_followed:
            _check_method(resp)
        for found in super().resolve_redirects(resp, req, *args, **kwargs):
            yield found
            if is_followed:
                _check_method(found)


def _check_method(response: requests.Response) -> None:
    if response.is_redirect and response.status_code in {301, 302} and response.request.method not in {"GET", "HEAD"}:
        response.close()
        raise requests.exceptions.ConnectionError("an answer leads a write elsewhere")


@dataclass(slots=True)
class PreparedSession:
    """A session, its counters, where its requests are looked at, and the clock that its answers show."""

    session: requests.Session
    clock: VendorClock
    traffic: Traffic = field(default_factory=Traffic)
    checkpoint: Checkpoint = field(default_factory=Checkpoint)


def prepare_session(
    route: Route,
    *,
    limits: TransportLimits | None = None,
    pause: Callable[[float], None] = time.sleep,
    budget: Budget | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PreparedSession:
    """This makes one connection's session; environment proxies and CA overrides are ignored (``trust_env=False``)."""
    # It quotes the addresses that it tries again, and an address may ask for a person by e-mail.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    prepared = PreparedSession(_Session(), VendorClock(now))
    prepared.session.trust_env = False
    prepared.session.headers["User-Agent"] = "attune-hub"
    limits = limits or TransportLimits()
    prepared.session.max_redirects = limits.max_redirects
    adapter = PinnedAdapter(route, limits, prepared.traffic, pause, budget, prepared.checkpoint, prepared.clock)
    for prefix in ("https://", "http://"):
        prepared.session.mount(prefix, adapter)
    return prepared
