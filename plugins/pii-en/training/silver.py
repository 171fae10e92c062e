"""Let the large reader read texts that nobody marked, for the tagger to learn from: ``python silver.py OUT FILE ...``.

    PYTHONPATH=.:../pii-en-large python training/silver.py OUT FILE ...

FILEs are texts: JSON lines or CSV with a field ``text``, or GoEmotions' tab-separated lines, of which those with ``[NAME]`` are left out.
OUT gets a line of JSON a text, with ``spans`` as in the corpus; the type is null where the reader is not sure. Three minutes of one core.
"""

import csv
import json
import random
import sys
from pathlib import Path

from hub_pii_en_large.model import Model
from hub_pii_en_large.recogniser import PersonalRecogniser

SURE, MAYBE = 0.75, 0.08
"""From the one on a word is personal; below the other it is nothing; between them nobody knows."""
MOST, LONGEST = 10_000, 600
"""So many texts of a file, and so long ones."""
BATCH = 512


def texts_of(path: Path) -> list[str]:
    """These are the texts of a file."""
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".csv":
            return [row["text"] for row in csv.DictReader(lines)]
        if path.suffix == ".tsv":
            rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            return [row[0] for row in rows if "[" not in row[0]]
        return [json.loads(line)["text"] for line in lines]


def main(out: Path, paths: list[Path]) -> None:
    """This reads the files and writes what is found."""
    drawn = [text.strip() for path in paths for text in _draw(texts_of(path))]
    texts = list(dict.fromkeys(text for text in drawn if text and len(text) <= LONGEST))
    model = Model()
    surely, perhaps = (PersonalRecogniser(model, cut, cut, cut) for cut in (SURE, MAYBE))
    with out.open("w", encoding="utf-8") as file:
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            for text, sure, maybe in zip(batch, surely.analyze_batch(batch), perhaps.analyze_batch(batch), strict=True):
                spans = [(one.start, one.end, one.entity_type) for one in sure]
                spans += [(one.start, one.end, None) for one in maybe]  # the first that holds a word counts
                file.write(json.dumps({"text": text, "spans": spans}, ensure_ascii=False) + "\n")
    print(f"{len(texts)} texts")


def _draw(texts: list[str]) -> list[str]:
    random.Random(0).shuffle(texts)
    return texts[:MOST]


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
