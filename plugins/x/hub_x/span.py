"""A span of time that posts were said in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.contract import TransientError


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to but without ``end``, both with their zone."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"

    @property
    def end_second(self) -> datetime:
        """The end as X takes it, in whole seconds: not before ``end``."""
        return (self.end + timedelta(microseconds=999_999)).replace(microsecond=0)

    def holds(self, created_at: object) -> bool:
        """This tells whether a post's time lies in it; raises TransientError for a time that is none."""
        try:
            return self.start <= datetime.fromisoformat(str(created_at)) < self.end
        except (ValueError, TypeError):
            raise TransientError("X does not say when a post was said.") from None
