"""Touches: whose change a push must hear of, put in order at the very end of the transaction.

The counter that orders them is locked from there to the commit, and no longer: whoever reads "all after n" never misses a
late commit, and writers do not wait for each other's redaction.
"""

from collections.abc import Iterable

from sqlalchemy import text

from hub.store.locks import hold_components
from hub.store.statements import change, take, unique
from hub.store.tables import counters, persons
from hub.store.unit import Unit

COUNTER = "touched"

_LIVING = text("persons.status = 'active'")


def mark(unit: Unit, person_ids: Iterable[str]) -> None:
    """This notes persons as changed; one that is noted again counts as changed last."""
    for person_id in person_ids:
        unit.touched.pop(person_id, None)
        unit.touched[person_id] = None


def settle(unit: Unit) -> None:
    """This gives the persons that stand for the noted ones the next values of the sequence, in order."""
    if not unit.touched:
        return
    # The rows come before the counter: whoever holds a person will want the counter as well.
    standing = hold_components(unit.conn, unit.touched)
    roots = unique(standing[one] for one in unit.touched if one in standing)
    unit.touched.clear()
    if not roots:
        return
    first = take(unit.conn, counters, COUNTER, len(roots)) - len(roots) + 1
    rows = [{"id": root, "touched": first + index} for index, root in enumerate(roots)]
    change(unit.conn, persons, rows, only=_LIVING)
