"""Reviews: when what the gate says about a person may change by time alone, so that somebody asks again by then."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, or_, select

from hub.store.statements import among, chunks, unique, upsert
from hub.store.tables import consent_reviews
from hub.store.unit import Unit


class Reviews:
    """A room of the transaction: the dates on which consents are looked at again."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, dates: Mapping[str, datetime | None], policy: str) -> None:
        """This notes for each person when to ask again; None: not by time alone, but under other rules.

        Args:
            dates: person id to moment, UTC.
            policy: version of the rules under which that was worked out.
        """
        rows = [{"person_id": person_id, "at": at, "policy": policy} for person_id, at in sorted(dates.items())]
        upsert(self._unit.conn, consent_reviews, rows)

    def due(self, now: datetime, policy: str, limit: int) -> list[tuple[str, bool]]:
        """These are the next persons to ask about again, with whether it is their time; else the rules have changed."""
        late = select(consent_reviews.c.person_id, consent_reviews.c.policy).where(consent_reviews.c.at <= now)
        found = {row.person_id: bool(row.policy) for row in self._unit.conn.execute(late.limit(limit))}
        changed = select(consent_reviews.c.person_id).where(
            or_(consent_reviews.c.policy < policy, consent_reviews.c.policy > policy)
        )
        for person_id in self._unit.conn.execute(changed.limit(limit)).scalars():
            found.setdefault(person_id, False)
        return sorted(found.items())[:limit]

    def drop(self, person_ids: Iterable[str]) -> None:
        """This forgets the dates of persons who stand for nobody any more."""
        for chunk in chunks(unique(person_ids)):
            self._unit.conn.execute(delete(consent_reviews).where(among(consent_reviews.c.person_id, chunk)))
