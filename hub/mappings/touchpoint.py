"""Touchpoints: which channels a mapping can give to what it reads, found without reading anything."""

from typing import Any

import yaml

from hub.mappings.mapping import MappingSource
from hub.schema import Channel


def channels_of(source: MappingSource) -> frozenset[str]:
    """These channels stand in the part of a mapping file that reads; its examples are left out."""
    root = yaml.safe_load(source.path.read_bytes())  # checked when it was compiled
    return frozenset(_channels(root.get("in"), inside=False)) if isinstance(root, dict) else frozenset()


def _channels(value: Any, *, inside: bool) -> set[str]:
    if isinstance(value, str):
        return {value} & set(Channel) if inside else set()
    if isinstance(value, dict):
        return {c for key, one in value.items() for c in _channels(one, inside=inside or key == "channel")}
    return {c for one in value for c in _channels(one, inside=inside)} if isinstance(value, list) else set()
