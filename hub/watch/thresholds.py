"""When something is worth an alert; ``alerts`` in hub.yaml changes the numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The bounds behind the alerts; ``hub.config.AlertSettings`` says what each means."""

    failures: int = 3
    missed: int = 3
    stale_hours: int | None = None
    zero_hours: int = 12
    dead_letter_hours: int = 24
    withheld_rise: float = 0.25
    withheld_rows: int = 20
    erasure_hours: int = 72
    expiry_hours: int = 48
    anchor_hours: int = 48
