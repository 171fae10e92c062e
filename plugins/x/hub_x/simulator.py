"""A local server with the semantics of X API v2 for the endpoints that the connector calls."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar

from hub.testing import Reply, Request, Simulator, route
from hub_x.simulation.job import JobKind, SimJob
from hub_x.simulation.query import matches
from hub_x.simulation.seed import ACCOUNT, seed_world
from hub_x.simulation.world import SimPost, UserState, World, first_id_at

TOKEN = "simulated-app-only-token"  # noqa: S105 - lets into the simulator and nowhere else
PROBLEMS = "https://api.twitter.com/2/problems/"

_PROBLEM = {"Content-Type": "application/problem+json"}
_STORAGE = "/storage"
_RATE_WINDOW = timedelta(minutes=15)
_SEARCH_REACH = timedelta(days=7)
_YOUNGEST_END = timedelta(seconds=10)
_KINDS: dict[Any, JobKind] = {"tweets": "tweets", "users": "users"}
_POST_FIELDS = frozenset(
    {
        "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "geo", "id", "in_reply_to_user_id",
        "lang", "note_tweet", "public_metrics", "referenced_tweets", "text", "withheld",
    }
)  # fmt: skip
_LIST_PARAMETERS = frozenset(
    {"max_results", "pagination_token", "since_id", "until_id", "start_time", "end_time", "expansions", "tweet.fields"}
    | {"user.fields", "media.fields", "poll.fields", "place.fields"}
)


class XSimulator(Simulator):
    """X API v2 for mentions, recent search, user timelines, user lookup and batch compliance.

    Tests set ``rate_limits`` ("GET /2/users/:id/mentions" to calls per 15 minutes), ``names_reset`` (False leaves the
    reset header out), ``page_cap`` (most posts on a page), ``job_seconds`` and ``search_reach``, and act on the world with
    the methods.
    """

    name: ClassVar[str] = "x"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.world = World()
        self.jobs: dict[str, SimJob] = {}
        self.rate_limits: dict[str, int] = {}
        self.default_rate_limit = 450
        self.names_reset = True
        self.page_cap = 100
        self.job_seconds = 2.0
        self.search_reach: timedelta | None = _SEARCH_REACH
        self.first_valid_token = 0
        self._spent: dict[tuple[str, int], int] = {}

    # What people and tests do.

    def seed(self) -> None:
        """This fills X with the account, the cast's posts, answers to them, and strangers."""
        seed_world(self.world, self.cast, self.clock.now())

    def settings(self) -> dict[str, Any]:
        """These are the connection settings that work against this simulator."""
        return {
            "bearer_token": TOKEN,
            "username": ACCOUNT.username,
            "user_id": ACCOUNT.id,
            "search_query": "#AttuneAir -is:retweet",
            "compliance_poll_seconds": 1,
        }

    def add_post(self, author_id: str, text: str, *, at: datetime | None = None, **details: Any) -> str:
        """This lets a user post, now unless told otherwise, and gives the post's id.

        ``details`` are those of ``World.add_post``: ``reply_to``, ``repost_of``, ``lang``, ``place_id``.
        """
        with self.lock:
            return self.world.add_post(author_id, text, at or self.clock.now(), **details)

    def edit_post(self, post_id: str, text: str) -> str:
        """This edits a post and gives the id of the new version."""
        with self.lock:
            return self.world.edit_post(post_id, text, self.clock.now())

    def delete_post(self, post_id: str) -> None:
        """This deletes a post with all its versions."""
        with self.lock:
            self.world.delete_post(post_id, self.clock.now())

    def protect_user(self, user_id: str) -> None:
        """This makes an account's posts invisible to apps."""
        self.set_user_state(user_id, "protected")

    def set_user_state(self, user_id: str, state: UserState) -> None:
        """This changes what became of an account: suspended, deactivated, deleted, protected, active."""
        with self.lock:
            self.world.set_state(user_id, state, self.clock.now())

    def scrub_geo(self, post_id: str) -> None:
        """This lets an author take the location from a post."""
        with self.lock:
            self.world.posts[post_id].scrubbed_at = self.clock.now()

    def expire_tokens(self) -> None:
        """This makes X forget every paging token it has given out."""
        with self.lock:
            self.first_valid_token += 1

    # Who may call, and how often.

    def authorise(self, request: Request) -> Reply | None:
        """This asks for the bearer token and counts against the rate limit; signed storage addresses need neither."""
        if request.path.startswith(_STORAGE):
            return None
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _problem(401, "Unauthorized")
        endpoint = _endpoint(request)
        key = (endpoint, self._window_end())
        self._spent[key] = self._spent.get(key, 0) + 1
        return _problem(429, "Too Many Requests") if self._spent[key] > self._limit(endpoint) else None

    def finish(self, request: Request, reply: Reply) -> Reply:
        """This adds the rate limit headers that X sends with every answer."""
        if request.path.startswith(_STORAGE):
            return reply
        endpoint, end = _endpoint(request), self._window_end()
        left = max(0, self._limit(endpoint) - self._spent.get((endpoint, end), 0))
        headers = {"x-rate-limit-limit": str(self._limit(endpoint)), "x-rate-limit-remaining": str(left)}
        if self.names_reset:
            headers["x-rate-limit-reset"] = str(end)
        return Reply(reply.status, reply.body, {**headers, **reply.headers})

    def throttled(self, request: Request, wait: timedelta) -> Reply:
        """This names the time to come back as X does: in whole seconds since 1970, and in no Retry-After."""
        reset = math.ceil((self.clock.now() + wait).timestamp())
        headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}
        return replace(_problem(429, "Too Many Requests"), headers={**_PROBLEM, **headers})

    def not_found(self, request: Request) -> Reply:
        """This answers for paths that X does not have."""
        return _problem(404, "Not Found")

    def refusal(self, status: int) -> Reply:
        """This is X's problem document; with 429 the reset time of the window, unless ``names_reset`` is False."""
        reply = _problem(status, HTTPStatus(status).phrase)
        reset = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(self._window_end())}
        told = reset if status == 429 and self.names_reset else {}
        return Reply(status, reply.body, {**reply.headers, **told})

    def _limit(self, endpoint: str) -> int:
        return self.rate_limits.get(endpoint, self.default_rate_limit)

    def _window_end(self) -> int:
        seconds = int(_RATE_WINDOW.total_seconds())
        return (int(self.clock.now().timestamp()) // seconds + 1) * seconds

    # Posts.

    @route("GET", "/2/users/{user_id}/mentions")
    def mentions(self, request: Request, user_id: str) -> Reply:
        """This is the mention timeline."""
        user = self.world.users.get(user_id)
        if user is None or user.state != "active":
            return self._no_user("id", user_id)
        return self._list(request, lambda post: matches(f"@{user.username}", post, self.world), lowest=5)

    @route("GET", "/2/users/{user_id}/tweets")
    def timeline(self, request: Request, user_id: str) -> Reply:
        """This is a user's own timeline."""
        user = self.world.users.get(user_id)
        if user is None or user.state != "active":
            return self._no_user("id", user_id)
        left_out = request.query.get("exclude", "").split(",")

        def is_theirs(post: SimPost) -> bool:
            hidden = (post.repost_of and "retweets" in left_out) or (post.reply_to and "replies" in left_out)
            return post.author_id == user_id and not hidden

        return self._list(request, is_theirs, lowest=5, further={"exclude"})

    @route("GET", "/2/tweets/search/recent")
    def search(self, request: Request) -> Reply:
        """This is recent search: the last seven days only, and a ``since_id`` from before is refused."""
        query = request.query.get("query", "")
        if not 1 <= len(query) <= 512:
            return _invalid("query", query, "must be 1 to 512 characters long")
        reach = first_id_at(self.clock.now() - self.search_reach) if self.search_reach else 0
        for name in ("since_id", "until_id"):
            value = request.query.get(name, "")
            if value.isdecimal() and int(value) < reach:
                return _invalid(name, value, "must be a tweet id created after the last seven days began")
        for name in ("start_time", "end_time"):
            value = request.query.get(name, "")
            if value and first_id_at(datetime.fromisoformat(value)) < reach:
                return _invalid(name, value, "must be on or after the last seven days began")
        return self._list(
            request, lambda post: int(post.id) >= reach and matches(query, post, self.world), lowest=10,
            further={"query", "next_token", "sort_order"},
        )  # fmt: skip

    @route("GET", "/2/tweets")
    def lookup(self, request: Request) -> Reply:
        """These are posts by id; those that are gone stand among the errors of a good answer."""
        ids = [one for one in request.query.get("ids", "").split(",") if one]
        if not 1 <= len(ids) <= 100 or not all(one.isdecimal() for one in ids):
            return _invalid("ids", "", "must be 1 to 100 ids")
        known = [post for one in ids if (post := self.world.posts.get(one))]
        answer = self._render(request, [post for post in known if self.world.is_visible(post)])
        gone = [self._gone_post(post, "ids") for post in known if not self.world.is_visible(post)]
        never = [_gone("tweet", one, "ids", "resource-not-found") for one in ids if one not in self.world.posts]
        errors = [*answer.pop("errors", []), *gone, *never]
        return Reply(200, answer | ({"errors": errors} if errors else {}))

    @route("GET", "/2/users/by/username/{username}")
    def user_by_name(self, request: Request, username: str) -> Reply:
        """This looks a user up."""
        for user in self.world.users.values():
            if user.username.lower() == username.lower() and user.state in {"active", "protected"}:
                return Reply(200, {"data": user.render(_split(request, "user.fields"))})
        return self._no_user("username", username)

    def _no_user(self, parameter: str, value: str) -> Reply:
        problem = _gone("user", value, parameter, "resource-not-found")
        return Reply(200, {"errors": [problem]})

    def _list(
        self, request: Request, wanted: Callable[[SimPost], object], *, lowest: int, further: Iterable[str] = ()
    ) -> Reply:
        refused = self._refuse(request, lowest, _LIST_PARAMETERS | set(further))
        if refused is not None:
            return refused
        query = request.query
        size = min(int(query.get("max_results", "10")), self.page_cap)
        found = [post for post in self.world.newest_first() if _in_range(post, query) and wanted(post)]
        token = query.get("pagination_token") or query.get("next_token")
        rest = [post for post in found if token is None or int(post.id) < self._position(token)]
        # X cuts pages first and hides posts afterwards, so a page in the middle may be short or empty.
        cut, more = rest[:size], len(rest) > size
        page = [post for post in cut if self.world.is_visible(post)]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if more:
            meta["next_token"] = self._token(cut[-1])
        if token:
            meta["previous_token"] = f"77q{self.first_valid_token:x}z{int(cut[0].id) if cut else 0:x}"
        return Reply(200, self._render(request, page) | {"meta": meta})

    def _refuse(self, request: Request, lowest: int, known: Iterable[str]) -> Reply | None:
        query = request.query
        for name in set(query) - set(known):
            return _invalid(name, query[name], "is not one of the parameters of this endpoint")
        size = query.get("max_results", "10")
        if not size.isdecimal() or not lowest <= int(size) <= 100:
            return _invalid("max_results", size, f"is not between {lowest} and 100")
        for name in ("pagination_token", "next_token"):
            if name in query and self._position(query[name]) < 0:
                return _invalid(name, query[name], "is not a valid token")
        for name in _split(request, "tweet.fields") - _POST_FIELDS:
            return _invalid("tweet.fields", name, "is not one of the fields")
        for by_id, by_time in (("since_id", "start_time"), ("until_id", "end_time")):
            if by_id in query and by_time in query:
                return _invalid(by_id, query[by_id], f"cannot be used with {by_time}")
        if "end_time" in query and datetime.fromisoformat(query["end_time"]) > self.clock.now() - _YOUNGEST_END:
            return _invalid("end_time", query["end_time"], "must be a minimum of 10 seconds prior to the request time")
        return None

    def _token(self, last: SimPost) -> str:
        return f"7140{self.first_valid_token:x}z{int(last.id):x}"

    def _position(self, token: str) -> int:
        prefix = f"7140{self.first_valid_token:x}z"
        return int(token.removeprefix(prefix), 16) if token.startswith(prefix) else -1

    def _render(self, request: Request, page: list[SimPost]) -> dict[str, Any]:
        expansions, fields = _split(request, "expansions"), _split(request, "tweet.fields")
        answer: dict[str, Any] = {"data": [post.render(fields) for post in page]} if page else {}
        includes: dict[str, Any] = {}
        problems: list[dict[str, Any]] = []
        if "author_id" in expansions and page:
            authors = dict.fromkeys(post.author_id for post in page)
            includes["users"] = [self.world.users[one].render(_split(request, "user.fields")) for one in authors]
        if "referenced_tweets.id" in expansions:
            referenced = {post.id: post for one in page for _, post in one.references()}.values()
            seen = [post.render(fields) for post in referenced if self.world.is_visible(post)]
            problems = [self._gone_post(post) for post in referenced if not self.world.is_visible(post)]
            includes |= {"tweets": seen} if seen else {}
        return answer | ({"includes": includes} if includes else {}) | ({"errors": problems} if problems else {})

    def _gone_post(self, post: SimPost, parameter: str = "referenced_tweets.id") -> dict[str, Any]:
        kind = "resource-not-found" if post.deleted_at else "not-authorized-for-resource"
        return _gone("tweet", post.id, parameter, kind)

    # Batch compliance.

    @route("POST", "/2/compliance/jobs")
    def create_job(self, request: Request) -> Reply:
        """This creates a job, unless one of its kind is active."""
        asked = request.json() or {}
        kind: JobKind | None = _KINDS.get(asked.get("type"))
        if kind is None:
            return _invalid("type", "", "is not one of [tweets,users]")
        now = self.clock.now()
        if any(job.kind == kind and job.is_active(now) for job in self.jobs.values()):
            return _problem(409, "Conflict")
        job_id = str(first_id_at(now) + len(self.jobs))
        self.jobs[job_id] = SimJob(job_id, kind, asked.get("name"), now, self.job_seconds)
        return Reply(200, {"data": self._render_job(self.jobs[job_id])})

    @route("GET", "/2/compliance/jobs")
    def list_jobs(self, request: Request) -> Reply:
        """This lists the jobs of a kind."""
        kind, status = request.query.get("type"), request.query.get("status")
        jobs = [self._render_job(job) for job in self.jobs.values() if job.kind == kind]
        found = [job for job in jobs if status is None or job["status"] == status]
        return Reply(
            200, {"data": found, "meta": {"result_count": len(found)}} if found else {"meta": {"result_count": 0}}
        )

    @route("GET", "/2/compliance/jobs/{job_id}")
    def show_job(self, request: Request, job_id: str) -> Reply:
        """This shows a job."""
        job = self.jobs.get(job_id)
        return Reply(200, {"data": self._render_job(job)}) if job else _problem(404, "Not Found")

    @route("PUT", "/storage/submission/{job_id}")
    def upload(self, request: Request, job_id: str) -> Reply:
        """This takes the ids of a job, one a line."""
        job = self._signed_job(request, job_id)
        if (
            job is None
            or job.status(self.clock.now()) != "created"
            or request.headers.get("Content-Type") != "text/plain"
        ):
            return Reply(403, "<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code></Error>")
        job.ids, job.uploaded_at = tuple(request.body.decode().split()), self.clock.now()
        return Reply(200, "")

    @route("GET", "/storage/delivery/{job_id}")
    def deliver(self, request: Request, job_id: str) -> Reply:
        """This gives what must go of a finished job."""
        job = self._signed_job(request, job_id)
        if job is None or job.status(self.clock.now()) != "complete":
            return Reply(404, "<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>")
        return Reply(200, job.results(self.world))

    def _signed_job(self, request: Request, job_id: str) -> SimJob | None:
        job = self.jobs.get(job_id)
        # The storage refuses requests that are signed and carry other credentials besides.
        is_clean = "Authorization" not in request.headers
        return job if job and is_clean and request.query.get("X-Goog-Signature") == job.signature else None

    def _render_job(self, job: SimJob) -> dict[str, Any]:
        return job.render(self.url + _STORAGE, self.clock.now())


def _endpoint(request: Request) -> str:
    parts = [":id" if part.isdecimal() and part != "2" else part for part in request.path.split("/")]
    if "username" in parts:
        parts[-1] = ":username"
    return f"{request.method} {'/'.join(parts)}"


def _split(request: Request, name: str) -> set[str]:
    return set(filter(None, request.query.get(name, "").split(",")))


def _in_range(post: SimPost, query: dict[str, str]) -> bool:
    since, until = query.get("since_id"), query.get("until_id")
    start, end = query.get("start_time"), query.get("end_time")
    return (
        (since is None or int(post.id) > int(since))
        and (until is None or int(post.id) < int(until))
        and (start is None or post.created_at >= datetime.fromisoformat(start))
        and (end is None or post.created_at < datetime.fromisoformat(end))
    )


def _problem(status: int, title: str) -> Reply:
    return Reply(status, {"title": title, "type": "about:blank", "status": status, "detail": title}, _PROBLEM)


def _invalid(parameter: str, value: str, what: str) -> Reply:
    message = f"The `{parameter}` query parameter value [{value}] {what}"
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}invalid-request",
    }
    return Reply(400, body, _PROBLEM)


def _gone(resource: str, value: str, parameter: str, kind: str) -> dict[str, Any]:
    title = "Not Found Error" if kind == "resource-not-found" else "Authorization Error"
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": title,
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}{kind}",
    }
