"""Caps: how much one push may change at once before somebody has looked at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.errors import PolicyError
from hub.store.delivery import Change


@dataclass(frozen=True, slots=True)
class Caps:
    """What one push may do by itself. A row that was never sent to this vendor before is new, and never counts.

    A row that is emptied because its own person's consent has moved does not count either: a withdrawal needs no approval.

    Args:
        changed_share: share of the rows at the vendor that may get other content, emptied ones included.
        cleared_share: share of them that may be emptied.
        min_rows: fewer rows than this may always be changed or emptied.
        cleared: number of rows that may be emptied, whatever their share; None: only the share counts.
    """

    changed_share: float = 0.5
    cleared_share: float = 0.2
    min_rows: int = 100
    cleared: int | None = None

    def needs_base(self, changes: Mapping[Change, int]) -> bool:
        """This tells whether it matters how many rows there are at the vendor."""
        return altered_by(changes) >= self.min_rows

    def require(self, sync: str, changes: Mapping[Change, int], base: int, approved: int) -> None:
        """This raises PolicyError where a push would go beyond its caps and beyond what was approved.

        Args:
            sync: the push.
            changes: rows that wait to be sent, by what they would do.
            base: rows at the vendor that the push has ever filled.
            approved: how many rows somebody allowed to be changed or emptied in this run.
        """
        altered = altered_by(changes)
        if altered <= approved:
            return
        if problem := self.problem(changes, base):
            raise PolicyError(
                f"{sync}: {problem}; nothing was sent.",
                reason="cap",
                fix=f"Look with 'hub push {sync} --dry-run'. Where it is right: 'hub push {sync} --approve-changes "
                f"{altered}', or raise syncs.{sync}.caps.",
            )

    def problem(self, changes: Mapping[Change, int], base: int) -> str | None:
        """This says what would go beyond the caps; None where nothing would."""
        return next(self._problems(changes, base), None)

    def _problems(self, changes: Mapping[Change, int], base: int) -> Iterator[str]:
        altered, cleared = altered_by(changes), changes.get(Change.CLEARED, 0)
        if self.cleared is not None and cleared > self.cleared:
            yield f"{cleared} rows would be emptied (the cap is {self.cleared})"
        if cleared >= self.min_rows and cleared > self.cleared_share * base:
            yield f"{cleared} of {base} rows would be emptied ({_over(cleared, base, self.cleared_share)})"
        if altered >= self.min_rows and altered > self.changed_share * base:
            yield f"{altered} of {base} rows would change ({_over(altered, base, self.changed_share)})"


def altered_by(changes: Mapping[Change, int]) -> int:
    """This is how many rows would get other content or be emptied: what caps count, and what is approved."""
    return changes.get(Change.CHANGED, 0) + changes.get(Change.CLEARED, 0)


def _over(count: int, base: int, cap: float) -> str:
    return f"{count / max(base, 1):.1%}, the cap is {cap:.1%}"
