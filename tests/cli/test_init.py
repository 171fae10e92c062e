"""``hub init``: which tagger a new deployment names."""

import shutil

import pytest
from typer.testing import CliRunner

from hub.cli import app, best_tagger
from hub.config import load_settings
from hub.plugins import load


@pytest.mark.parametrize(("installed", "named"), [(True, "minilm-en"), (False, "linear-en")])
def test_a_new_deployment_names_the_best_tagger_that_is_installed(tmp_path, monkeypatch, installed, named):
    plugins = load()
    if not installed:
        del plugins.offered.taggers["minilm-en"]
    monkeypatch.setattr(best_tagger.loader, "load", lambda: plugins)
    assert CliRunner().invoke(app, ["init", str(tmp_path)]).exit_code == 0
    assert load_settings(tmp_path / "hub.yaml").settings.tagger == named


def test_two_that_make_one_deployment_at_once_make_a_whole_one(tmp_path, monkeypatch):
    real = shutil.copytree

    def copytree(*args, **kwargs):
        monkeypatch.setattr(shutil, "copytree", real)
        assert CliRunner().invoke(app, ["init", str(tmp_path / "both")]).exit_code == 0
        return real(*args, **kwargs)

    assert CliRunner().invoke(app, ["init", str(tmp_path / "alone")]).exit_code == 0
    monkeypatch.setattr(shutil, "copytree", copytree)
    assert CliRunner().invoke(app, ["init", str(tmp_path / "both")]).exit_code == 0
    alone, both = (
        {path.relative_to(top) for path in top.rglob("*")} for top in (tmp_path / "alone", tmp_path / "both")
    )
    assert both == alone
