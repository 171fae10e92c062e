"""Users and posts as X holds them, and what people do to them."""

import html
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

UserState = Literal["active", "protected", "suspended", "deactivated", "deleted"]

_EPOCH_MS = 1_288_834_974_657
_SHORT = 280


@dataclass(slots=True)
class SimUser:
    """A user of X; ``changed_at`` is when the account last changed its state."""

    id: str
    name: str
    username: str
    state: UserState = "active"
    changed_at: datetime | None = None

    def render(self, fields: set[str]) -> dict[str, Any]:
        """This is X's user object with the fields asked for."""
        whole = {"protected": self.state == "protected", "location": "Elsewhere", "description": "Invented."}
        shown = {name: value for name, value in whole.items() if name in fields}
        return {"id": self.id, "name": self.name, "username": self.username, **shown}


@dataclass(slots=True)
class SimPost:
    """One version of a post; all versions of a post share ``versions``, oldest first."""

    id: str
    author_id: str
    text: str
    created_at: datetime
    conversation_id: str
    reply_to: "SimPost | None" = None
    repost_of: "SimPost | None" = None
    lang: str = "en"
    place_id: str | None = None
    versions: list[str] = field(default_factory=list)
    deleted_at: datetime | None = None
    scrubbed_at: datetime | None = None

    @property
    def is_newest(self) -> bool:
        """Whether no later edit replaces it."""
        return self.versions[-1] == self.id

    def references(self) -> list[tuple[str, "SimPost"]]:
        """These are the posts that it answers or repeats, with X's word for how."""
        pairs = (("replied_to", self.reply_to), ("retweeted", self.repost_of))
        return [(kind, post) for kind, post in pairs if post is not None]

    def render(self, fields: set[str]) -> dict[str, Any]:
        """This is X's post object with the fields asked for; X escapes ``&``, ``<`` and ``>`` in texts."""
        escaped = html.escape(self.text, quote=False)
        text = escaped if len(self.text) <= _SHORT else escaped[: _SHORT - 1] + "…"
        whole = {
            "author_id": self.author_id,
            "conversation_id": self.conversation_id,
            "created_at": iso(self.created_at),
            "in_reply_to_user_id": self.reply_to.author_id if self.reply_to else None,
            "lang": self.lang,
            "referenced_tweets": [{"type": kind, "id": post.id} for kind, post in self.references()] or None,
            "note_tweet": {"text": escaped} if len(self.text) > _SHORT else None,
            "geo": {"place_id": self.place_id} if self.place_id and not self.scrubbed_at else None,
        }
        shown = {name: value for name, value in whole.items() if name in fields and value is not None}
        return {"id": self.id, "text": text, "edit_history_tweet_ids": list(self.versions), **shown}


class World:
    """All users and posts, by id."""

    def __init__(self) -> None:
        self.users: dict[str, SimUser] = {}
        self.posts: dict[str, SimPost] = {}

    def add_user(self, user: SimUser) -> None:
        """This adds a user."""
        self.users[user.id] = user

    def add_post(
        self, author_id: str, text: str, at: datetime, *, reply_to: str | None = None, repost_of: str | None = None,
        lang: str = "en", place_id: str | None = None,
    ) -> str:  # fmt: skip
        """This adds a post said at ``at`` and gives its id, which X makes from the instant."""
        answered = self.posts[reply_to] if reply_to else None
        post_id = self._new_id(at)
        conversation = answered.conversation_id if answered else post_id
        repeated = self.posts[repost_of] if repost_of else None
        self.posts[post_id] = SimPost(
            post_id, author_id, text, at, conversation, answered, repeated, lang, place_id, versions=[post_id]
        )
        return post_id

    def edit_post(self, post_id: str, text: str, at: datetime) -> str:
        """This edits a post: a new id joins the history. Gives the new id."""
        old = self.posts[post_id]
        new_id = self._new_id(at)
        old.versions.append(new_id)
        self.posts[new_id] = SimPost(
            new_id, old.author_id, text, at, old.conversation_id, old.reply_to, old.repost_of, old.lang, old.place_id,
            versions=old.versions,
        )  # fmt: skip
        return new_id

    def delete_post(self, post_id: str, at: datetime) -> None:
        """This deletes a post with all its versions."""
        for version in self.posts[post_id].versions:
            self.posts[version].deleted_at = at

    def set_state(self, user_id: str, state: UserState, at: datetime) -> None:
        """This protects, suspends, deactivates, deletes or restores an account."""
        self.users[user_id].state, self.users[user_id].changed_at = state, at

    def is_visible(self, post: SimPost) -> bool:
        """This tells whether an app may see the post."""
        return post.deleted_at is None and self.users[post.author_id].state == "active"

    def newest_first(self) -> list[SimPost]:
        """These are all posts in their latest version, gone ones included, as X's index holds them."""
        return sorted((post for post in self.posts.values() if post.is_newest), key=lambda post: -int(post.id))

    def _new_id(self, at: datetime) -> str:
        number = first_id_at(at)
        while str(number) in self.posts:
            number += 1
        return str(number)


def first_id_at(at: datetime) -> int:
    """This is the lowest id that a post of this instant may have."""
    return (int(at.timestamp() * 1000) - _EPOCH_MS) << 22


def iso(at: datetime) -> str:
    """This writes an instant as X does."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
