"""The model card says what the training run measured."""

import json

from hub_emotion_en.scorer import WEIGHTS

CARD = (WEIGHTS / "MODEL_CARD.md").read_text(encoding="utf-8")
METRICS = json.loads((WEIGHTS / "metrics.json").read_text(encoding="utf-8"))


def short(value: float) -> str:
    return f"{value:.3f}".lstrip("0")


def test_the_card_quotes_the_metrics():
    names = (
        "macro_f1",
        "accuracy",
        "accuracy_either_reading",
        "answered",
        "accuracy_where_answered",
        "calibration_error",
    )
    for name in names:
        assert f"| {short(METRICS[name])} |" in CARD, name
    for label, score in METRICS["f1_by_label"].items():
        assert f"{label} {short(score)}" in " ".join(CARD.split())
    assert f"{METRICS['messages']} messages" in CARD
    assert f"cut of {METRICS['cut']:.2f}".replace("0.", ".") in CARD
