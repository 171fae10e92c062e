"""The controller: who answers for the data, as people read it in receipts and exports."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from hub.privacy.document import read_document, validate
from hub.privacy.rules import Rule


class Notice(Rule):
    """The privacy notice that people were shown where an event names none."""

    id: str
    language: str


class Controller(Rule):
    """The file ``controller.yaml``.

    Args:
        id: an IRI that names the controller.
        name: as people know it.
        type: the kind of organisation, a term of W3C DPV.
        address: where it can be reached by post.
        contact: where it can be reached by mail or on the web.
        withdraw_at: where people withdraw consent.
        rights_at: where people ask for access or erasure.
        notice: the privacy notice.
        storage_locations: where the data rests, as ISO 3166-1 codes.
        jurisdictions: under which law.
    """

    version: Literal[1]
    id: str = Field(pattern=r"^https?://")
    name: str = Field(min_length=1)
    type: str = Field("ForProfitOrganisation", pattern=r"^[A-Za-z]+$")
    address: str = Field(min_length=1)
    contact: str = Field(min_length=1)
    withdraw_at: str = Field(min_length=1)
    rights_at: str = Field(min_length=1)
    notice: Notice
    storage_locations: tuple[str, ...] = Field(min_length=1)
    jurisdictions: tuple[str, ...] = Field(min_length=1)


def load_controller(folder: Path) -> Controller:
    """This reads ``controller.yaml`` of a folder; raises ConfigError with file and line."""
    return validate(read_document(folder / "controller.yaml"), Controller)
