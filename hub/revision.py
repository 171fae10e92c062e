"""The revision of a configuration: a hash over settings, mappings and privacy rules, and copies to go on working with.

A run that takes long keeps the rules that it started with, whatever is edited meanwhile: it works on a copy of the three
drawers, which knows the deployment that it is a copy of. Keys, secrets and the database are the deployment's own.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hub.config import ROOT_FILE, Deployment, load_settings

DRAWERS = ("mappings", "privacy")


def revision_of(deployment: Deployment) -> str:
    """This is the revision of a deployment: it changes whenever a file of its configuration does."""
    digest = hashlib.sha256(deployment.revision.encode())
    for drawer in DRAWERS:
        folder = _folder(deployment, drawer)
        for path in _files(folder):
            digest.update(f"{drawer}/{path.relative_to(folder)}\0".encode() + _content(path) + b"\0")
    return digest.hexdigest()[:12]


def keep_revision(config: Path, into: Path) -> Path:
    """This copies a configuration to ``into``, all of it or nothing, and gives the copy's ``hub.yaml``.

    Settings that are opened by its path work on the copied rules, and on everything else of the deployment itself.
    Raises ConfigError where ``hub.yaml`` cannot be read.
    """
    copy = into / "hub.yaml"
    if copy.exists():
        return copy
    deployment = load_settings(config)
    into.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=into.parent))
    made.chmod(0o755)
    shutil.copyfile(config, made / "hub.yaml")
    (made / ROOT_FILE).write_text(f"{deployment.root}\n", encoding="utf-8")
    for drawer in DRAWERS:
        folder = _folder(deployment, drawer)
        (made / drawer).mkdir()
        for path in _files(folder):
            target = made / drawer / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    try:
        made.rename(into)
    except OSError:  # somebody else was faster, with the same content
        shutil.rmtree(made)
        if not copy.exists():
            raise
    return copy


def _folder(deployment: Deployment, drawer: str) -> Path:
    return deployment.path(getattr(deployment.settings, drawer))


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name[0] != ".")


def _content(path: Path) -> bytes:
    """What cannot be read is told by whoever needs it; erasures do not, and go on."""
    try:
        return path.read_bytes()
    except OSError:
        return b"unreadable"
