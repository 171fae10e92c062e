"""A second look at customer messages for Attune's redaction: a small transformer for names, towns, addresses, numbers."""

from typing import Any

from hub.contract import Register, hookimpl


@hookimpl
def register(register: Register) -> None:
    """This offers ``pii_en_large``; the runtime and the weights load when one is made."""
    register.recogniser("pii_en_large", _reader)


def _reader() -> Any:
    from hub_pii_en_large.recogniser import PersonalRecogniser  # heavy, and only redaction needs it

    return PersonalRecogniser()
