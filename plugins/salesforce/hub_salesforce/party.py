"""The party: whom a consent object speaks about, and the Contacts and Leads by which the person is known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simple_salesforce.format import quote_soql_value

from hub_salesforce.config import SalesforceConfig
from hub_salesforce.org import Org
from hub_salesforce.plan import Row
from hub_salesforce.refusal import RefusedError
from hub_salesforce.trace import CONTACT_POINTS, IDS_A_QUERY

_INDIVIDUAL = "0PK"


@dataclass(frozen=True, slots=True)
class Parties:
    """This finds the people behind pages of consent objects, with a few queries a page.

    Args:
        config: the connection's settings.
        org: where to look.
        unreadable: makes the error for an object that may not be read.
    """

    config: SalesforceConfig
    org: Org
    unreadable: Callable[[str, RefusedError], Exception]

    def name(self, party: str, rows: Sequence[Row]) -> None:
        """This puts ``Individual``, ``Contacts`` and ``Leads`` into rows, and ``ContactPoint`` where they speak of one.

        Args:
            party: the field that names an Individual or a contact point.
            rows: what was read; each gets the Id of its Individual, or None.
        """
        points = self._points(rows) if party == "ContactPointId" else {}
        for row in rows:
            point = row["ContactPoint"] = points.get(str(row.get(party))) if points else None
            row["Individual"] = _individual(row, party, point)
        wanted = sorted({row["Individual"] for row in rows if row["Individual"]})
        contacts = self._owned("Contact", ("Email",), wanted)
        leads = self._owned("Lead", ("Email", "ConvertedContactId"), wanted) if self.config.leads else {}
        for row in rows:
            row["Contacts"] = contacts.get(row["Individual"], [])
            row["Leads"] = leads.get(row["Individual"], [])

    def _points(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Contact points by Id. The look-up may lead to three objects, and SOQL reads through none of them."""
        wanted = sorted({key for row in rows if isinstance(key := row.get("ContactPointId"), str) and key})
        return {
            point["Id"]: {**point, "Type": sobject}
            for sobject, fields in CONTACT_POINTS.items()
            for point in self._select(sobject, ("ParentId", *fields), "Id", wanted)
        }

    def _owned(self, sobject: str, fields: Sequence[str], people: Sequence[str]) -> dict[str, list[Row]]:
        """The rows of each Individual, by a query of their own: the client never pages through sub-selects."""
        found: dict[str, list[Row]] = {}
        for row in self._select(sobject, (*fields, "IndividualId"), "IndividualId", people):
            about = {name: row.get(name) for name in ("Id", *fields)}
            found.setdefault(str(row.get("IndividualId")), []).append(about)
        return found

    def _select(self, sobject: str, fields: Iterable[str], by: str, values: Sequence[str]) -> Iterator[dict[str, Any]]:
        for at in range(0, len(values), IDS_A_QUERY):
            listed = quote_soql_value(list(values[at : at + IDS_A_QUERY]))
            soql = f"SELECT {', '.join(('Id', *fields))} FROM {sobject} WHERE {by} IN {listed} ORDER BY Id"  # noqa: S608 - values are quoted by simple-salesforce
            try:
                yield from self.org.identified(soql)
            except RefusedError as refused:
                raise self.unreadable(sobject, refused) from None


def _individual(row: Row, party: str, point: Row | None) -> str | None:
    """An account may own a contact point, too: only an Individual is a person."""
    named = [row.get("PartyId"), point and point.get("ParentId")] if party == "ContactPointId" else [row.get(party)]
    return next((one for one in named if isinstance(one, str) and one.startswith(_INDIVIDUAL)), None)
