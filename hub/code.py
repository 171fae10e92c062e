"""Codes: the only words of a stranger's that outcomes, the audit log and metrics may hold."""

import re

UNSPECIFIED = "unspecified"
"""What stands where a plugin gave no reason."""

OTHER = "other"
"""What stands where a plugin gave a sentence: it may quote a person."""

_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,59}")
_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/~-]{0,199}")
_NUMBER = re.compile(r"\d{6}")  # a telephone number, a card, an account: no code needs so many digits in a row


def code(text: str | None) -> str:
    """This is a plugin's reason where it is a code (``TYPE_OF.reason``, 60 characters), else a word that tells nothing."""
    if not text:
        return UNSPECIFIED
    return text if _CODE.fullmatch(text) and not _NUMBER.search(text) else OTHER


def is_job(text: str) -> bool:
    """This tells whether a vendor's name of a job is an id (200 characters): it rests readable, and a sentence may quote."""
    return _JOB.fullmatch(text) is not None
