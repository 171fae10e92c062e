"""Personal data in English customer messages, for Attune's redaction: a small tagger and the corpus it is measured with."""

from typing import Any

from hub.contract import Register, hookimpl


@hookimpl
def register(register: Register) -> None:
    """This offers ``pii_en`` for what is personal and ``pii_en_places``; Presidio and the weights load when one is made."""
    register.recogniser("pii_en", _personal)
    register.recogniser("pii_en_places", _places)


def _personal() -> Any:
    from hub_pii_en.recogniser import PersonalRecogniser  # heavy, and only redaction needs it

    return PersonalRecogniser()


def _places() -> Any:
    from hub_pii_en.recogniser import PlaceRecogniser

    return PlaceRecogniser()
