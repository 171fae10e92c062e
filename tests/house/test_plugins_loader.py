"""A broken plugin is quarantined with its reason; the others load."""

import sys
import types
from importlib.metadata import EntryPoint

import pytest

from hub import plugins
from hub.contract import Capability, Connector, ConnectorConfig, Manifest, Stream, hookimpl
from hub.errors import ConfigError


def make_connector(name="good", contract=1):
    manifest = Manifest(
        name,
        "1.0",
        name,
        frozenset({Capability.READ}),
        ("example.com",),
        streams=(Stream("s", "d"),),
        contract=contract,
    )
    return Connector(manifest, ConnectorConfig, lambda config, context: None, lambda config: "https://example.com")


@pytest.fixture
def install(monkeypatch):
    points = []

    def add(name, **members):
        module = types.ModuleType(f"fake_{name}_{len(points)}")
        for key, value in members.items():
            setattr(module, key, value)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        points.append(EntryPoint(name, module.__name__, "hub"))
        return points

    return add


def registering(connector):
    @hookimpl
    def register(register):
        register.connector(connector)

    return register


def load(points, enabled=None):
    loaded = plugins.load(enabled, points=points)
    return loaded, {plugin.name: (plugin.status, plugin.reason) for plugin in loaded.found}


def test_a_sound_plugin_loads(install):
    loaded, status = load(install("good", register=registering(make_connector())))
    assert status == {"good": ("loaded", None)}
    assert loaded.connector("good").manifest.title == "good"


def test_a_broken_import_is_quarantined_and_the_others_load(install):
    points = [*install("good", register=registering(make_connector())), EntryPoint("bad", "no_such_module_xyz", "hub")]
    _, status = load(points)
    assert status["good"][0] == "loaded"
    assert status["bad"][0] == "quarantined" and "no_such_module_xyz" in status["bad"][1]


def test_an_exception_in_register_leaves_nothing_behind(install):
    @hookimpl
    def register(register):
        register.connector(make_connector("half"))
        raise RuntimeError("later")

    loaded, status = load(install("half", register=register))
    assert status["half"] == ("quarantined", "RuntimeError: later")
    assert loaded.offered.connectors == {}


def test_a_misspelt_hook_is_quarantined(install):
    @hookimpl
    def regsiter(register):
        pass

    _, status = load(install("typo", regsiter=regsiter))
    assert status["typo"][0] == "quarantined" and "regsiter" in status["typo"][1]


def test_an_unknown_argument_is_quarantined(install):
    @hookimpl
    def register(register, surprise):
        pass

    _, status = load(install("args", register=register))
    assert status["args"][0] == "quarantined" and "surprise" in status["args"][1]


def test_no_hook_at_all_is_quarantined(install):
    _, status = load(install("empty"))
    assert status["empty"][0] == "quarantined"


def test_two_distributions_of_one_name_are_both_quarantined(install):
    install("twin", register=registering(make_connector("one")))
    loaded, status = load(install("twin", register=registering(make_connector("two"))))
    assert status == {"twin": ("quarantined", "two distributions claim this name")}
    assert loaded.offered.connectors == {}


def test_two_plugins_with_one_connector_name(install):
    install("a", register=registering(make_connector("same")))
    _, status = load(install("b", register=registering(make_connector("same"))))
    assert status["a"][0] == "loaded"
    assert status["b"][0] == "quarantined" and "already registered" in status["b"][1]


def test_a_wrong_contract_version_is_quarantined(install):
    _, status = load(install("old", register=registering(make_connector(contract=99))))
    assert status["old"] == ("quarantined", "written for contract version 99, this hub speaks version 1")


def test_the_allow_list_keeps_others_from_even_being_imported(install):
    points = [*install("good", register=registering(make_connector())), EntryPoint("bad", "no_such_module_xyz", "hub")]
    _, status = load(points, enabled={"good"})
    assert status["bad"][0] == "disabled"
    assert "no_such_module_xyz" not in sys.modules


def test_an_unusable_connector_says_why(install):
    loaded, _ = load(install("old", register=registering(make_connector("old", contract=99))))
    with pytest.raises(ConfigError, match="contract version 99"):
        loaded.connector("old")
