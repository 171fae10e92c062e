"""The model card says what the last training run measured."""

import json

from hub.emotion.model import WEIGHTS, load_model

CARD = (WEIGHTS.parent / "MODEL_CARD.md").read_text(encoding="utf-8")
METRICS = json.loads(WEIGHTS.with_suffix(".metrics.json").read_text(encoding="utf-8"))


def short(value: float) -> str:
    return f"{value:.3f}".lstrip("0")


def test_the_card_quotes_the_metrics():
    for name in (
        "macro_f1_12_tuned_cuts",
        "macro_f1_12_best_label_only",
        "best_label_in_gold_set",
        "expected_calibration_error",
    ):
        assert short(METRICS[name]) in CARD
    for label, score in METRICS["f1_by_label"].items():
        assert f"{label} {short(score)}" in " ".join(CARD.split())
    coverage, accuracy = METRICS["coverage_and_accuracy_by_threshold"][f"{METRICS['threshold']:.2f}"]
    assert f"coverage {short(coverage)}" in CARD
    assert short(accuracy) in CARD


def test_the_weights_come_from_the_run_that_the_metrics_describe():
    model = load_model()
    assert WEIGHTS.stat().st_size == METRICS["bytes"]
    assert abs(float(model.threshold[0]) - METRICS["threshold"]) < 1e-6
    assert abs(float(model.temperature[0]) - METRICS["temperature"]) < 1e-6
