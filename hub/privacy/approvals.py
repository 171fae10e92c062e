"""Approvals: what a privacy officer has approved of what the live configuration says, and what has changed since."""

from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from hub.privacy.assessment import assessment_digest
from hub.privacy.document import read_document, validate
from hub.privacy.dossier import Dossier
from hub.privacy.notice import Edition, notice_digest
from hub.privacy.rules import Rule

FILE = "approvals.yaml"
HEAD = (
    "# Written by 'hub privacy approve': what was approved, by whom and when. Keep it with the rules; do not edit it.\n"
)


class ApprovedNotice(Rule):
    """The notice that people are told: its version, and a hash over what it says."""

    version: int = Field(ge=1)
    digest: str
    at: date
    by: str


class ApprovedAssessment(Rule):
    """The impact assessment that was approved, with a hash for each flow and each safeguard that it covers."""

    digest: str
    at: date
    by: str
    flows: dict[str, str]
    safeguards: dict[str, str] = Field(default_factory=dict)


class Approvals(Rule):
    """The file ``approvals.yaml``; without it nothing has been approved yet."""

    version: Literal[1] = 1
    notice: ApprovedNotice | None = None
    assessment: ApprovedAssessment | None = None

    def edition(self, dossier: Dossier) -> Edition | None:
        """This is the approved edition of the notice, where it still says what is so."""
        known = self.notice
        if known is None or known.digest != notice_digest(dossier):
            return None
        return Edition(known.version, known.at.isoformat())

    def is_current(self, dossier: Dossier) -> bool:
        """This tells whether the approved assessment still describes what is done."""
        return self.assessment is not None and self.assessment.digest == assessment_digest(dossier)

    def stale_flows(self, dossier: Dossier) -> tuple[str, ...]:
        """These flows have another purpose, destination, address or model than the approved assessment describes, or are new.

        Before the first approval there is nothing to differ from: none is stale.
        """
        if self.assessment is None:
            return ()
        approved, addressed = self.assessment.flows, bool(self.assessment.safeguards)
        return tuple(
            flow.name
            for flow in dossier.flows
            if approved.get(flow.name) != dossier.fingerprint(flow, addressed=addressed)
        )

    def changes(self, dossier: Dossier) -> tuple[str, ...]:
        """This tells, for whoever has to approve anew, what is no longer as it was approved; nothing where all is."""
        if self.assessment is None or self.is_current(dossier):
            return ()
        approved, now = self.assessment.safeguards, dossier.safeguards()
        if not approved:
            return (
                "it was approved before redaction, access, jurisdictions, operations and the addresses of connections were "
                "part of it: read it once more, and approve it",
            )
        told = [f"{name} is no longer what was approved" for name in now if approved.get(name) != now[name]]
        told += [
            f"{name}: another purpose, destination, address or model than was approved; it says nothing new"
            for name in self.stale_flows(dossier)
        ]
        return tuple(told) or ("the papers read differently: a purpose, a system, a period or an answer has changed",)

    def renewed(self, dossier: Dossier, *, by: str, on: date, notice: bool, assessment: bool) -> "Approvals":
        """This is the file after an approval; a notice that says the same keeps its version."""
        changes: dict[str, object] = {}
        if notice and self.edition(dossier) is None:
            version = self.notice.version + 1 if self.notice else 1
            changes["notice"] = ApprovedNotice(version=version, digest=notice_digest(dossier), at=on, by=by)
        if assessment:
            flows = {flow.name: dossier.fingerprint(flow) for flow in dossier.flows}
            changes["assessment"] = ApprovedAssessment(
                digest=assessment_digest(dossier), at=on, by=by, flows=flows, safeguards=dossier.safeguards()
            )
        return self.model_copy(update=changes)

    def text(self) -> str:
        """This is the file's content."""
        return HEAD + yaml.safe_dump(self.model_dump(mode="json", exclude_none=True), sort_keys=False)


def load_approvals(folder: Path) -> Approvals:
    """This reads ``approvals.yaml``; nothing is approved where there is none. Raises ConfigError with file and line."""
    path = folder / FILE
    return validate(read_document(path), Approvals) if path.exists() else Approvals()
