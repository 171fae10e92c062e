"""Sealed JSON: values at rest under a person's key, bound to the place where they rest."""

from typing import Any

from pydantic_core import from_json, to_json

from hub.schema import Model
from hub.store.unit import Unit


def sealed(unit: Unit, table: str, person_id: str, row_id: str, value: Any) -> bytes:
    """This seals a JSON-like value for one row; raises PolicyError where the person has no key."""
    return unit.keys.seal(person_id, to_json(value), place(table, person_id, row_id))


def sealed_model(unit: Unit, table: str, person_id: str, row_id: str, value: Model) -> bytes:
    """This seals a canonical value for one row, as ``sealed`` would its JSON."""
    return unit.keys.seal(person_id, value.__pydantic_serializer__.to_json(value), place(table, person_id, row_id))


def opened(unit: Unit, table: str, person_id: str, row_id: str, value: Any) -> Any:
    """This opens what ``sealed`` made; None where the key was shredded or nothing rests."""
    data = opened_bytes(unit, table, person_id, row_id, value)
    return (
        None if data is None else from_json(data, cache_strings="keys")
    )  # no values: they would outlive the transaction


def opened_bytes(unit: Unit, table: str, person_id: str, row_id: str, value: Any) -> bytes | None:
    """This is the JSON that was sealed, as it was written."""
    return unit.keys.open(person_id, value, place(table, person_id, row_id))


def place(table: str, person_id: str, row_id: str) -> str:
    """This names a place at rest; what is sealed for one place cannot be opened at another."""
    return f"{table}|{person_id}|{row_id}"
