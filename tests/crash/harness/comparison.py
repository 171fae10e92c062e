"""When two ends are the same end.

Everything that ``canonical`` and ``truth`` tell must be equal, save five.

- Seconds in the text of a cursor may be later, because the resumed run read later.
- X may have been asked further questions, about what is left; but none a second time.
- Whom the next push would look at (``due``): a row that was read back late marks its person, so a resumed run may leave
  more people to look at, never fewer.
- A system that could not say at once that somebody was gone (Zendesk tells whose a ticket in its bin was a minute later) owed
  an answer meanwhile: an obligation of this kind that ended as done is an attempt.
- The audit log, whose *content* must be the same:

  - **Deeds** (what was stored away, deleted, forgotten, withdrawn, erased, confirmed by a vendor) are counted: each must be
    on the log exactly as often as in the uninterrupted run, because each is written in the transaction of what it tells.
  - **Questions** to the gate (collect, infer, link, activate) and rows marked as sending are a set: a resumed run may ask
    again and send again what was lost, but may not ask or send anything that the uninterrupted run did not, nor less.
  - **Attempts** that only the interrupted run can have: its own beginning and end, and the finding that a row which was
    marked as sending never reached the vendor, or that nobody knows yet (``delivered`` as ``failed`` or ``unknown``), or that
    a system was not done yet with an erasure (``erase`` as ``failed``, which is tried again). Nor need a resumed run have
    heard that a job was taken (``accepted``) to learn what became of its rows.
"""

import copy
import json
import re
from collections import Counter
from typing import Any

from hub.pipeline.erase import UNANSWERED

_SECONDS = re.compile(r"\b1[789]\d{8}\b")

_QUESTIONS = {"collect", "infer", "link", "activate", "deliver"}


def differences(whole: dict[str, Any], resumed: dict[str, Any]) -> list[str]:
    """These lines say where the two differ; none where they are the same."""
    found: list[str] = []
    for name in sorted({*whole, *resumed} - {"audit", "due"}):
        ours, theirs = (copy.deepcopy(end.get(name)) for end in (whole, resumed))
        if name == "cursors":
            ours, theirs = _without_delay(ours, theirs), theirs
        if name == "obligations":
            ours, theirs = _without_attempts(ours), _without_attempts(theirs)
        if name == "at x":
            found += _questions_to_x(ours.pop("jobs"), theirs.pop("jobs"))
        found += _differ(name, ours, theirs)
    for name, people in whole["due"].items():
        found += [
            f"due.{name}: the resumed run forgot {one}" for one in people if one not in resumed["due"].get(name, [])
        ]
    return found + _audit(whole["audit"], resumed["audit"])


def _without_delay(ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    """Our cursors, with the other's seconds where these are a little later."""

    def same(key: str) -> bool:
        mine, other = ours[key] or "", theirs.get(key) or ""
        if _SECONDS.sub("", mine) != _SECONDS.sub("", other):
            return False
        pairs = zip(_SECONDS.findall(mine), _SECONDS.findall(other), strict=True)
        return all(0 <= int(late) - int(early) <= 3_600 for early, late in pairs)

    return {key: theirs[key] if same(key) else text for key, text in ours.items()}


def _without_attempts(owed: list[list[str]]) -> list[list[str]]:
    return [one for one in owed if not (UNANSWERED in one and "done" in one)]


def _questions_to_x(ours: list[Any], theirs: list[Any]) -> list[str]:
    asked, again = (Counter(_text([kind, sorted(ids)]) for kind, _, ids in jobs) for jobs in (ours, theirs))
    found = [f"X was not asked {text}" for text in sorted(set(asked - again))]
    return found + [f"X was asked {count} times: {text}" for text, count in again.items() if count > asked.get(text, 1)]


def _differ(where: str, left: Any, right: Any) -> list[str]:
    if left == right:
        return []
    if isinstance(left, dict) and isinstance(right, dict):
        return [
            line for key in sorted({*left, *right}) for line in _differ(f"{where}.{key}", left.get(key), right.get(key))
        ]
    if isinstance(left, list) and isinstance(right, list) and len(left) + len(right) > 6:
        ours, theirs = Counter(map(_text, left)), Counter(map(_text, right))
        if ours != theirs:
            return [f"{where}: only uninterrupted {_few(ours - theirs)}; only resumed {_few(theirs - ours)}"]
    return [f"{where}: uninterrupted {_text(left)[:300]}, resumed {_text(right)[:300]}"]


def _few(many: "Counter[str]") -> str:
    return ", ".join(f"{count} x {text[:200]}" for text, count in sorted(many.items())[:4]) or "nothing"


def _audit(whole: list[Any], resumed: list[Any]) -> list[str]:
    deeds = _differ("audit deeds", _texts(whole, _is_deed), _texts(resumed, _is_deed))
    asked, again = set(_texts(whole, _is_question)), set(_texts(resumed, _is_question))
    missing = [f"audit: the resumed run never wrote {text}" for text in sorted(asked - again)]
    return deeds + missing + [f"audit: only the resumed run wrote {text}" for text in sorted(again - asked)]


def _texts(entries: list[Any], kind: Any) -> list[str]:
    return sorted(_text(entry) for entry in entries if kind(entry))


def _is_question(entry: dict[str, Any]) -> bool:
    return entry["type"] in _QUESTIONS


def _is_deed(entry: dict[str, Any]) -> bool:
    if entry["type"] in ("run.started", "run.finished"):
        return False
    if entry["type"] == "delivered":
        return entry["outcome"] not in ("failed", "unknown", "accepted")
    return not _is_question(entry) and not (entry["type"] == "erase" and "failed" in entry.get("reasons", ()))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
