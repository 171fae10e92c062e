"""Which limits a call counts against."""

import fnmatch
from collections.abc import Iterable, Sequence
from functools import lru_cache

from hub.contract import Limit

ANY = "*"

OTHER = Limit("other", ANY, per=0)
"""For calls that match no declared limit: nothing is counted, the vendor's headers alone rule."""


def limits_of(declared: Sequence[Limit], own: Iterable[Limit]) -> tuple[Limit, ...]:
    """This is what the manifest declares, changed by ``hub.yaml``: narrowest first.

    A limit of the same name replaces the declared one in its place; a new one goes first, or last where it matches any call.
    """
    mine = {limit.name: limit for limit in own}
    kept = [mine.pop(limit.name, limit) for limit in declared]
    narrow = [limit for limit in mine.values() if limit.match != ANY]
    return (*narrow, *kept, *(limit for limit in mine.values() if limit.match == ANY))


@lru_cache(maxsize=1024)
def matching(limits: tuple[Limit, ...], call: str) -> tuple[Limit, ...]:
    """These limits of a connection count the call ("METHOD /path"); at least one."""
    return tuple(limit for limit in limits if fnmatch.fnmatchcase(call, limit.match)) or (OTHER,)
