"""An audit leaf is written the short way; it must be what the standard's own writer writes."""

from datetime import UTC, datetime

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.entry import VERSION, Entry

AT = datetime(2026, 5, 1, 8, 0, 0, 123456, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXT, TEXT, st.none() | TEXT, st.lists(TEXT, max_size=3).map(tuple), st.none() | TEXT)
def test_a_leaf_is_canonical_json(type, outcome, purpose, reasons, subject):
    entry = Entry(type=type, outcome=outcome, purpose=purpose, reasons=reasons, subject=subject)
    content = entry.model_dump(exclude_none=True, mode="json")
    expected = rfc8785.dumps({"v": VERSION, "at": AT.isoformat(timespec="milliseconds"), **content})
    assert entry.leaf(AT) == expected
