"""Attune's model of what customers feel, for English."""

from hub.contract import Register, Scorer, hookimpl


@hookimpl
def register(register: Register) -> None:
    """This offers the model as tagger ``minilm-en``."""
    register.tagger("minilm-en", _load)


def _load() -> Scorer:
    # The runtime and the weights are loaded only where something is to be tagged.
    from hub_emotion_en.scorer import load_scorer

    return load_scorer()
