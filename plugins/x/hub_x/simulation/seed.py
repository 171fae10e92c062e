"""Who posts what before the first read: the cast's lines, our agents' answers, and strangers."""

from datetime import datetime, timedelta

from hub.testing import Cast, CastMember
from hub_x.simulation.world import SimUser, World

ACCOUNT = SimUser("8100000000000000000", "Attune Air", "AttuneAir")
"""The company's own account."""

STRANGERS = (
    SimUser("8000000000000000001", "Bo Lindqvist", "bo_flies"),
    SimUser("8000000000000000002", "Tamsin Achterberg", "tamsin_a"),
    SimUser("8000000000000000003", "Ravi Okonjo", "ravi_onthemove"),
    SimUser("8000000000000000004", "Petra Quill", "petraquill"),
    SimUser("8000000000000000005", "Dominik Sauer", "dsauer_test"),
    SimUser("8000000000000000006", "Noor Vance", "noorvance"),
)
"""Authors whom no other system knows. The sixth has protected the account from the start."""

_SAYINGS = (
    "Boarding with @AttuneAir in ten minutes, the new lounge is lovely & quiet. #AttuneAir",
    "Two hours on the tarmac and no announcement #AttuneAir",
    "@AttuneAir can I bring a cello as cabin baggage?",
    "Anybody else stuck in the queue at gate B12? #AttuneAir",
    "@AttuneAir your chat closed on me twice, I am really annoyed",
    "@AttuneAir please answer my message from Monday",
)
_ANSWERS = (
    "@{handle} We are sorry to hear this. Please send us a direct message with your booking reference.",
    "@{handle} Thank you for telling us, we have passed it on to the crew!",
    "@{handle} We are looking into it and will come back to you here within the hour.",
)


def member_id(member: CastMember) -> str:
    """This is the X user id of a cast member: too big for a number in JSON."""
    return str(9_000_000_000_000_000_000 + member.number)


def seed_world(world: World, cast: Cast, now: datetime) -> None:
    """This fills a world with the account, the cast's lines on X, answers to them, and strangers.

    Args:
        world: an empty world.
        cast: whose lines of ``x`` become posts.
        now: the present; strangers speak in the day before it.
    """
    world.add_user(SimUser(ACCOUNT.id, ACCOUNT.name, ACCOUNT.username))
    for member in cast.members:
        _seed_member(world, member)
    _seed_strangers(world, now)


def _seed_member(world: World, member: CastMember) -> None:
    world.add_user(SimUser(member_id(member), member.name, member.handle))
    for line in member.said_in("x"):
        if line.by == "agent":
            world.add_post(ACCOUNT.id, f"@{member.handle} {line.text}", line.at)
            continue
        post = world.add_post(member_id(member), line.text, line.at, place_id=f"place{member.number}")
        answer = _ANSWERS[member.number // 2 % len(_ANSWERS)].format(handle=member.handle)
        world.add_post(ACCOUNT.id, answer, line.at + timedelta(minutes=20), reply_to=post)


def _seed_strangers(world: World, now: datetime) -> None:
    posts: dict[str, str] = {}
    for number, (user, text) in enumerate(zip(STRANGERS, _SAYINGS, strict=True)):
        world.add_user(SimUser(user.id, user.name, user.username))
        posts[user.id] = world.add_post(user.id, text, now - timedelta(hours=20 - number))
    hidden = STRANGERS[5]
    # Somebody answers the one whom nobody may read: X then names that post among the problems of a good answer.
    text = f"@{hidden.username} same here, @AttuneAir never wrote back to me either"
    world.add_post(STRANGERS[3].id, text, now - timedelta(hours=12), reply_to=posts[hidden.id])
    world.set_state(hidden.id, "protected", now - timedelta(hours=11))
