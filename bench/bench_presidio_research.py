"""Redaction on presidio-research's synthetic texts, scored by its own evaluator: spans, IoU 0.7, beta 2.

``python bench/bench_presidio_research.py synth_dataset_v2.jsonl --evaluator PYTHON``, where PYTHON is that of a virtual
environment with ``presidio-evaluator`` 0.2.5; the project does not depend on it. The file is presidio-research's
``data/synth_dataset_v2.json``, one JSON object a line with ``text`` and ``spans``.

Two maps: ``personal`` leaves out what the hub does not count as personal (a place, a company, an age, a title, a date, a domain
by itself); ``all names`` adds places and companies, with the recogniser ``pii_en_places`` switched on for it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BATCH = 256
IOU = 0.7
NOTHING = "O"
HERE = {
    **dict.fromkeys(("STREET_ADDRESS", "ZIP_CODE", "LOCATION"), "LOCATION"),
    **dict.fromkeys(("US_SSN", "UK_NINO", "NATIONAL_ID"), "US_SSN"),
    **dict.fromkeys(("US_DRIVER_LICENSE", "DRIVER_LICENCE"), "US_DRIVER_LICENSE"),
    **{one: one for one in ("PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS")},
}
"""Labels of either side, by one name; what is not listed counts where it was found, and as nothing where it was marked."""

MAPS = {"personal": HERE, "all names": {**HERE, "GPE": "LOCATION", "PLACE": "LOCATION", "ORGANIZATION": "ORGANIZATION"}}


def find(texts: list[str], *, places: bool) -> list[list[tuple[int, int, str]]]:
    """This is what redaction finds with the deployment's rules."""
    from hub.app import Hub
    from hub.config import Deployment, Settings

    hub = Hub(Deployment(settings=Settings(version=1), root=ROOT, revision="bench"))
    redactor = hub.redactor
    found = []
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        results = redactor.redact(batch, languages=["en"] * len(batch), known=[()] * len(batch))
        found += [[(one.start, one.end, one.type) for one in result.entities] for result in results]
    return _with_places(texts, found) if places else found


def _with_places(texts: list[str], found: list[list[tuple[int, int, str]]]) -> list[list[tuple[int, int, str]]]:
    from hub_pii_en.recogniser import PlaceRecogniser

    more = PlaceRecogniser().analyze_batch(texts)
    return [
        [*own, *((one.start, one.end, one.entity_type) for one in further if not _touches(one, own))]
        for own, further in zip(found, more, strict=True)
    ]


def _touches(one: Any, others: list[tuple[int, int, str]]) -> bool:
    return any(one.start < end and start < one.end for start, end, _ in others)


def score(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """This runs in the environment of the evaluator: token by token into a table, then its own figures."""
    import pandas
    import spacy
    from presidio_evaluator.evaluation import SpanEvaluator

    cut = spacy.blank("en")
    table = [
        {
            "sentence_id": number,
            "token": token.text,
            "annotation": _label(token, row["marked"]),
            "prediction": _label(token, row["found"]),
            "start_indices": token.idx,
        }
        for number, row in enumerate(rows)
        for token in cut(row["text"])
    ]
    frame = pandas.DataFrame(table)
    evaluator = SpanEvaluator(model=None, iou_threshold=IOU, skip_words=None)
    result = evaluator.calculate_score_on_df(per_type=True, results_df=frame, beta=2.0)
    alike = evaluator.create_global_entities_df(results_df=frame)
    result = evaluator.calculate_score_on_df(per_type=False, results_df=alike, beta=2.0, evaluation_result=result)
    per_type = {
        kind: [one.precision, one.recall, one.f_beta, one.num_annotated] for kind, one in result.per_type.items()
    }
    return {"precision": result.pii_precision, "recall": result.pii_recall, "f2": result.pii_f, "types": per_type}


def _label(token: Any, spans: list[Any]) -> str:
    end = token.idx + len(token.text)
    return next((kind for start, stop, kind in spans if token.idx < stop and start < end), NOTHING)


def mapped(spans: Any, labels: dict[str, str], *, marked: bool) -> list[tuple[int, int, str]]:
    """These are the spans under the names of a map."""
    return [(start, end, labels.get(kind, kind)) for start, end, kind in sorted(spans) if kind in labels or not marked]


def main() -> int:
    """This prints precision, recall and F2 for both maps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="the texts; - for rows to score, which is for the script itself")
    parser.add_argument("--evaluator", type=Path, default=Path(sys.executable), help="Python with presidio-evaluator")
    wanted = parser.parse_args()
    if str(wanted.file) == "-":
        print(json.dumps(score(json.load(sys.stdin))))
        return 0
    data = [json.loads(line) for line in wanted.file.read_text(encoding="utf-8").splitlines() if line]
    for name, labels in MAPS.items():
        found = find([row["text"] for row in data], places=name == "all names")
        rows = [
            {
                "text": row["text"],
                "marked": mapped(row["spans"], labels, marked=True),
                "found": mapped(spans, labels, marked=False),
            }
            for row, spans in zip(data, found, strict=True)
        ]
        show(name, _score_there(wanted.evaluator, rows))
    return 0


def _score_there(python: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    ran = subprocess.run(
        [str(python), __file__, "-"], input=json.dumps(rows), capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{python}: {ran.stderr.strip().splitlines()[-1]}")
    result: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return result


def show(name: str, result: dict[str, Any]) -> None:
    """This prints the figures of one map."""
    print(f"\n{name}: precision {result['precision']:.3f}, recall {result['recall']:.3f}, F2 {result['f2']:.3f}")
    for kind, (precision, recall, f2, count) in sorted(result["types"].items()):
        if count:
            print(f"  {kind:18} {count:5}  P {precision or 0:.2f}  R {recall or 0:.2f}  F2 {f2 or 0:.2f}")


if __name__ == "__main__":
    sys.exit(main())
