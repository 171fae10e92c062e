"""The part of X's search language that the simulator understands."""

import re

from hub_x.simulation.world import SimPost, World

_TERM = re.compile(r'-?(?:"[^"]*"|\S+)')


def matches(query: str, post: SimPost, world: World) -> bool:
    """This tells whether a post matches; it knows words, "phrases", #tags, @names, from:, lang:, is:, ``-`` and OR."""
    return any(
        all(_term_holds(term, post, world) for term in _TERM.findall(alternative))
        for alternative in query.split(" OR ")
    )


def _term_holds(term: str, post: SimPost, world: World) -> bool:
    if term.startswith("-"):
        return not _term_holds(term[1:], post, world)
    operator, _, operand = term.partition(":")
    if operator == "from":
        return world.users[post.author_id].username.lower() == operand.lower()
    if operator == "lang":
        return post.lang == operand
    if operator == "is":
        return {"retweet": post.repost_of, "reply": post.reply_to}.get(operand) is not None
    word = re.escape(term.strip('"'))
    return re.search(rf"(?<!\w){word}(?!\w)", post.text, re.IGNORECASE) is not None
