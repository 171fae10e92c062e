"""How fast the field policy and the egress scan are, without name recognition: rows a second, and how it grows.

python bench/bench_egress.py
"""

import json
import time
from pathlib import Path

from hub.privacy.consent import Decision
from hub.privacy.egress import KnownIdentifier, Lookout, scan
from hub.privacy.fields import permit
from hub.privacy.policy import load_policy

POLICY = load_policy(Path(__file__).parents[1] / "privacy")
YES = Decision(True, ("consent.given",))
ROWS = 2000


def known(number: int) -> list[KnownIdentifier]:
    """This is what the hub knows of one invented person."""
    return [
        KnownIdentifier("email", f"person.{number}@example.com"),
        KnownIdentifier("phone", f"+1202555{number:04}"),
        KnownIdentifier("name", f"Person Number{number}"),
        KnownIdentifier("handle", f"@person_{number}"),
        KnownIdentifier("customer_id", f"C-{number:06}"),
        KnownIdentifier("vendor_id", f"003Xx{number:010}"),
    ]


def payload(number: int) -> bytes:
    """This is one row as it would go to the CRM."""
    view = {
        "emotion": {
            "label": "anger", "intensity": 0.8, "confidence": 0.734, "valence": -0.6, "distress": number % 100 / 100,
            "churn_risk": 0.31, "tone_hint": "calm", "as_of": "2026-05-04T10:11:12+00:00", "model": "linear-en/1",
            "expires_at": "2026-08-02T10:11:12+00:00",
        },
        "case": {"key": str(number), "status": "open", "stage": "support", "valence_shift": -0.4},
        "person": {"email": f"person.{number}@example.com", "name": f"Person Number{number}"},
    }  # fmt: skip
    permitted = permit(POLICY, "salesforce", view, lambda purpose, category: YES, token_key=lambda name: b"k" * 32)
    return json.dumps(permitted.view).encode()


def main() -> None:
    """This prints rows a second: decided and scanned one by one, and scanned as one request of many rows."""
    start = time.process_time()
    for number in range(ROWS):
        assert not scan(payload(number), known(number), allowed=())
    print(f"permit + scan, row by row: {ROWS / (time.process_time() - start):,.0f} rows/s")
    for size in (1, 10, 50, 200, 1000):
        rows = [payload(number) for number in range(size)]
        words = [one for number in range(size) for one in known(number)]
        start = time.process_time()
        for _ in range(rounds := max(1, 500 // size)):
            assert not Lookout(words, allowed=()).find(b"\n".join(rows))
        print(f"scan of a request of {size:5} rows: {rounds * size / (time.process_time() - start):,.0f} rows/s")


if __name__ == "__main__":
    main()
