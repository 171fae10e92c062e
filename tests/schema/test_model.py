"""The copy of a model is what pydantic's own would be, and made of the same values."""

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from hub.schema import AuthorRole, Identifier, IdentifierKind, Party, UtcTime


def test_a_time_that_is_none_in_utc_is_refused_as_any_other_that_is_wrong():
    with pytest.raises(ValidationError, match="before the first year or after the last"):
        TypeAdapter(UtcTime).validate_python("9999-12-31T23:59:59-12:00")


def test_a_copy_is_what_pydantic_would_make_of_it():
    known = Identifier(kind=IdentifierKind.EMAIL, value="a@example.com")
    party = Party(role=AuthorRole.CUSTOMER, identifiers=(known,))
    for update in ({"person_id": "per_1", "identifiers": ()}, {"name": "Maria"}, {}):
        ours, theirs = party.model_copy(update=update), BaseModel.model_copy(party, update=update)
        assert (ours, hash(ours), repr(ours)) == (theirs, hash(theirs), repr(theirs))
        assert ours.model_fields_set == theirs.model_fields_set
        assert ours.model_dump_json() == theirs.model_dump_json()
        assert ours.model_copy() == ours.model_copy(deep=True) == ours
    assert party.person_id is None and party.identifiers == (known,)
    with pytest.raises(ValidationError, match="frozen"):
        party.model_copy(update={"name": "Maria"}).name = "Anna"
