"""An order: what somebody wants of one sync, whoever asks - the command line, the form of a scheduler, a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hub.errors import ConfigError
from hub.pipeline.backfill import Span


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of a sync: as it stands, to go on from where it stopped. Names, numbers and times only.

    Args:
        sync: its name.
        full: a pull begins from the beginning again; what is unchanged stays as it is.
        parallel: parts of a full read, or of what a push sends, that may be worked on at once; 1: it is not cut.
        start: a pull reads a range of time instead, from here; ISO 8601, UTC unless it names a zone.
        end: where that range ends.
        streams: a pull leaves out all others; empty: none is left out.
        quarantined: a pull reads quarantined records once more, and nothing else.
        approved: a push may change or empty so many rows, whatever its caps say.
    """

    sync: str
    full: bool = False
    parallel: int = 1
    start: str | None = None
    end: str | None = None
    streams: tuple[str, ...] = ()
    quarantined: bool = False
    approved: int = 0

    @property
    def span(self) -> Span | None:
        """The range of time that is wanted; raises ConfigError where it is none."""
        if self.start is None and self.end is None:
            return None
        if self.full or self.quarantined:
            raise ConfigError(
                f"sync {self.sync!r}: a range, all of it, and what is quarantined exclude each other.",
                fix="Choose one.",
            )
        if self.start is None or self.end is None:
            raise ConfigError(f"sync {self.sync!r}: a range needs a beginning and an end.", fix="Name both.")
        return Span(_instant(self.sync, self.start), _instant(self.sync, self.end))

    @property
    def title(self) -> str:
        """What it asks for, in a few words."""
        if self.quarantined:
            return "what is quarantined"
        if self.start is not None:
            return f"{self.start} to {self.end}"
        return "all of it" if self.full else "what is new"


def _instant(sync: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # of the first and the last day of all, a zone may be beyond them
        raise ConfigError(
            f"sync {sync!r}: a range must be given as dates or times such as 2026-01-31 or 2026-01-31T08:00Z."
        ) from None
