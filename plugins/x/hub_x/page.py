"""One page of posts as X gave it, and the records in it.

X is renaming tweets to posts, field by field, so both spellings are read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.contract import RawRecord, TransientError
from hub_x.failure import problem_name
from hub_x.window import is_id

_GONE = frozenset({"resource-not-found", "not-authorized-for-resource", "resource-unavailable", "disallowed-resource"})
"""Problems that say that the post or user they name must go; any other says nothing of that."""

_NO_LANGUAGE = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
"""X's codes for posts without words (links, tags, media) and for unknown languages."""

_LANGUAGE = {"in": "id", "iw": "he"}
"""Codes that X still writes in their withdrawn form."""

_ESCAPED = re.compile("&(lt|gt|amp);")
_PLAIN = {"lt": "<", "gt": ">", "amp": "&"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of posts.

    Args:
        posts: X's post objects that have an id.
        flawed: what stands among them without being one.
        users: X's user objects by id.
        meta: X's counters and tokens; None where X sent none.
        gone_posts: ids of posts that X says are deleted, protected or otherwise unavailable.
        gone_users: the same of users.
    """

    posts: tuple[dict[str, Any], ...]
    flawed: tuple[Any, ...]
    users: Mapping[str, dict[str, Any]]
    meta: Mapping[str, Any] | None
    gone_posts: frozenset[str]
    gone_users: frozenset[str]

    @property
    def ids(self) -> list[str]:
        """The ids of all posts on the page, and the bounds that X names."""
        bounds = [_id((self.meta or {}).get(name)) for name in ("newest_id", "oldest_id")]
        return [_post_id(post) for post in self.posts] + [bound for bound in bounds if bound]

    @property
    def next_token(self) -> str | None:
        """X's token of the next page, or None after the last."""
        token = (self.meta or {}).get("next_token")
        return token if isinstance(token, str) and token else None

    def records(self, stream: str, account_id: str) -> tuple[RawRecord, ...]:
        """This yields what has gone, then what is there, each post once.

        Args:
            stream: the stream that the page belongs to.
            account_id: the company's own account; its posts are an agent's words.
        """
        # The page is named, so that a post that went, came back and went again is not taken for already gone.
        gone = dict.fromkeys(self.gone_posts, f"unavailable:{max(self.ids, key=int, default='')}")
        live: dict[str, RawRecord] = {}
        for post in self.posts:
            key, history = _post_id(post), _history(post)
            gone |= {older: f"superseded:{key}" for older in history if int(older) < int(key)}
            if self._author_is_gone(post):
                gone[key] = "author-unavailable"
            live[key] = RawRecord(stream, key, history[-1] if history else key, self._data(post, account_id))
        deleted = [RawRecord(stream, key, f"deleted:{why}", {}, deleted=True) for key, why in sorted(gone.items())]
        flawed = (RawRecord.unreadable(stream, row) for row in self.flawed)
        return (*deleted, *(record for key, record in live.items() if key not in gone), *flawed)

    def _author_is_gone(self, post: Mapping[str, Any]) -> bool:
        author = _id(post.get("author_id")) or ""
        return author in self.gone_users or self.users.get(author, {}).get("protected") is True

    def _data(self, post: Mapping[str, Any], account_id: str) -> dict[str, Any]:
        # Built field by field: whatever else X sends, location above all, stays behind.
        references = _references(post)
        return {
            "id": _post_id(post),
            "text": _text(post),
            "language": _language(post.get("lang")),
            "created_at": post.get("created_at"),
            "conversation_id": _id(post.get("conversation_id")),
            "in_reply_to_user_id": _id(post.get("in_reply_to_user_id")),
            "reply_to_id": references.get("replied_to"),
            "quoted_id": references.get("quoted"),
            "repost": "retweeted" in references,
            "edit_history_tweet_ids": _history(post),
            "author": self._author(_id(post.get("author_id")), account_id),
        }

    def _author(self, author: str | None, account_id: str) -> dict[str, Any]:
        user = self.users.get(author or "", {})
        role = "unknown" if author is None else "agent" if author == account_id else "customer"
        return {"id": author, "name": user.get("name"), "username": user.get("username"), "role": role}


def parse_posts(answer: Mapping[str, Any]) -> Page:
    """This reads X's answer to a question for posts by id, which carries no counters; raises TransientError."""
    return parse_page({"meta": {}, **answer})


def parse_page(answer: Mapping[str, Any]) -> Page:
    """This reads X's answer; raises TransientError where it is not a page of posts."""
    includes = answer.get("includes")
    users = _objects(includes if isinstance(includes, dict) else {}, "users")
    meta = answer.get("meta")
    rows = _rows(answer, "data")
    posts = tuple(row for row in rows if isinstance(row, dict) and _id(row.get("id")))
    if rows and not posts:
        raise TransientError("X answered with a page of which no post has an id.")
    if not isinstance(meta, dict) and (rows or not _objects(answer, "errors")):
        raise TransientError("X answered with a page that lacks its counters.")
    if not rows and _counts(meta) and not _objects(answer, "errors"):
        raise TransientError("X answered with a page that counts posts and holds none.")  # reading on would lose them
    gone = list(_gone(_objects(answer, "errors")))
    return Page(
        posts=posts,
        flawed=tuple(row for row in rows if row not in posts),
        users={user_id: user for user in users if (user_id := _id(user.get("id")))},
        meta=meta if isinstance(meta, dict) else None,
        gone_posts=frozenset(one for kind, one in gone if kind == "post"),
        gone_users=frozenset(one for kind, one in gone if kind == "user"),
    )


def _counts(meta: Any) -> bool:
    count = meta.get("result_count") if isinstance(meta, dict) else None
    return isinstance(count, int) and count > 0


def _gone(problems: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for problem in problems:
        named = _id(problem.get("resource_id")) or _id(problem.get("value"))
        if named is None or problem_name(problem) not in _GONE:
            continue
        about = f"{problem.get('resource_type') or problem.get('parameter') or ''}"
        yield ("user" if "user" in about or about == "author_id" else "post"), named


def _rows(container: Mapping[str, Any], name: str) -> list[Any]:
    items = container.get(name)
    if items is not None and not isinstance(items, list):
        raise TransientError(f"X answered with a page whose {name} are not a list.")
    return items or []


def _objects(container: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [item for item in _rows(container, name) if isinstance(item, dict)]


def _id(value: object) -> str | None:
    # A number is exact here, because Python keeps integers of any size; a fraction never is.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text if isinstance(text, str) and is_id(text) else None


def _post_id(post: Mapping[str, Any]) -> str:
    return _id(post["id"]) or ""  # a page takes in no post without one


def _either(post: Mapping[str, Any], old: str, new: str) -> Any:
    return post[old] if old in post else post.get(new)


def _history(post: Mapping[str, Any]) -> list[str]:
    history = _either(post, "edit_history_tweet_ids", "edit_history_post_ids")
    ids = [_id(one) for one in history] if isinstance(history, list) else []
    return sorted((one for one in ids if one), key=int)


def _references(post: Mapping[str, Any]) -> dict[str, str]:
    references = _either(post, "referenced_tweets", "referenced_posts")
    found = [one for one in (references if isinstance(references, list) else ()) if isinstance(one, dict)]
    return {str(one.get("type")): target for one in found if (target := _id(one.get("id")))}


def _text(post: Mapping[str, Any]) -> str:
    # Longer posts carry their full words apart; "text" then ends in the middle of a sentence.
    note = _either(post, "note_tweet", "note_post")
    whole = note.get("text") if isinstance(note, dict) else None
    escaped = whole if isinstance(whole, str) else post.get("text")
    # X escapes exactly these three; in one pass, so that a written "&lt;" survives.
    return _ESCAPED.sub(lambda found: _PLAIN[found[1]], escaped) if isinstance(escaped, str) else ""


def _language(code: object) -> str | None:
    return None if not isinstance(code, str) or code in _NO_LANGUAGE else _LANGUAGE.get(code, code)
