"""Words: a hash of what a record says, so that what was judged about it can be told from what it says now."""

from hashlib import sha256

from hub.schema import free_text_fields
from hub.schema.record import Record


def words_of(record: Record) -> str:
    """This is the hash of a record's free text, 64 hexadecimal digits."""
    told = [str(getattr(record, name) or "") for name in free_text_fields(type(record))]
    return sha256("\x1f".join(told).encode()).hexdigest()
