"""Values as a database client may have left them: SQLite keeps any type. What was changed must be seen, not stumbled over."""

from hub.errors import FatalError


def as_bytes(value: object) -> bytes:
    """These are the bytes of a value that should be some; others than were written where it is not."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def as_text(value: object) -> str:
    """This is a value that should be text; none where it is not."""
    return value if isinstance(value, str) else ""


def as_number(value: object, what: str) -> int:
    """This is a value that should be a whole number; raises FatalError, naming ``what``, where it is not."""
    if type(value) is int:
        return value
    raise FatalError(
        f"{what} is no number any more: somebody changed the database.",
        fix="Restore it from a backup, and then run 'hub audit verify'.",
    )
