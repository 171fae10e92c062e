"""The DAG bundle: its version is the revision of the configuration, and a run keeps the one that it began with."""

import json

import pytest

from hub.app import Hub, write_key
from hub.config import load_settings
from hub.errors import ConfigError
from hub.revision import keep_revision, revision_of
from hub.store.migration import migrate


@pytest.fixture
def bundle_of(deployment, tmp_path):
    """A bundle of the deployment, as the DAG processor makes it, or as a worker does that is told a version."""

    def bundle_of(version=None, **kwargs):
        from hub.airflow.bundle import HubDagBundle

        made = HubDagBundle(
            name="hub", version=version, config=str(deployment), **{"folder": str(tmp_path / "kept"), **kwargs}
        )
        made.initialize()
        return made

    return bundle_of


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def version_of(bundle):
    return bundle.get_current_version().version


def test_its_version_is_the_revision_of_all_that_is_configured(deployment, bundle_of):
    seen = [version_of(bundle_of())]
    assert seen == [revision_of(load_settings(deployment))]
    edit(deployment, '"17 3 * * *"', '"18 3 * * *"')
    seen.append(version_of(bundle_of()))
    (deployment.parent / "mappings" / "x.mentions.yaml").write_text("{}", encoding="utf-8")
    seen.append(version_of(bundle_of()))
    with (deployment.parent / "privacy" / "retention.yaml").open("a", encoding="utf-8") as file:
        file.write("# another word\n")
    seen.append(version_of(bundle_of()))
    assert len(set(seen)) == 4
    assert version_of(bundle_of()) == seen[-1], "the same files are the same version"


def test_a_run_keeps_the_rules_that_it_began_with(deployment, bundle_of):
    before = bundle_of()
    edit(deployment, '"17 3 * * *"', '"18 3 * * *"')
    (deployment.parent / "privacy" / "purposes.yaml").write_text("[", encoding="utf-8")
    pinned = load_settings(bundle_of(version_of(before)).path / "hub.yaml")
    assert pinned.settings.sweep.schedule == "17 3 * * *"
    assert (pinned.path(pinned.settings.privacy) / "purposes.yaml").read_text(encoding="utf-8") != "["
    assert Hub(pinned).revision == version_of(before), "and the ledger and the audit log name it as Airflow does"
    # All but the rules is the deployment's own.
    assert pinned.root == deployment.parent and pinned.store_url() == f"sqlite:///{deployment.parent}/var/hub.db"


def test_it_brings_the_dags_along_and_they_work_on_the_kept_rules(deployment, bundle_of):
    from airflow.dag_processing.dagbag import DagBag

    edit(deployment, "\nsyncs:", "\npools: {helpdesk: {connections: [zendesk]}}\n\nsyncs:")
    made = bundle_of()
    bag = DagBag(str(made.path))
    assert bag.import_errors == {} and "hub_sweep" in bag.dags
    plan = bag.dags["hub_sync__zendesk-pull"].get_task("plan")
    assert plan.op_kwargs["config"] == str(made.path / "hub.yaml") and plan.pool == "helpdesk"


@pytest.mark.parametrize("spoilt", ["hub.yaml", "mappings/x.mentions.yaml"])
def test_what_cannot_be_read_is_no_version_and_one_import_error(deployment, bundle_of, spoilt):
    from airflow.dag_processing.dagbag import DagBag

    good = bundle_of()
    (deployment.parent / spoilt).write_text("syncs: [", encoding="utf-8")
    for made in (good, bundle_of()):  # the processor goes on, or was started anew
        made.refresh()
        assert version_of(made) == version_of(good)
    bag = DagBag(str(good.path))
    assert len(bag.dags) > 5 and [text for text in bag.import_errors.values() if spoilt in text]
    assert len(bag.import_errors) == 1


def test_rules_that_cannot_be_read_are_not_gone_around(deployment, bundle_of):
    """The last good ones may allow what the new ones were to forbid."""
    from airflow.dag_processing.dagbag import DagBag

    from hub.app import open_hub

    good = version_of(bundle_of())
    (deployment.parent / "privacy" / "purposes.yaml").write_text("[", encoding="utf-8")
    made = bundle_of()
    assert version_of(made) != good
    bag = DagBag(str(made.path))
    assert "purposes.yaml" in "".join(bag.import_errors.values()) and bag.dags
    with pytest.raises(ConfigError, match=r"purposes\.yaml"):
        _ = open_hub(made.path / "hub.yaml").policy


def test_a_task_under_broken_rules_names_the_file_to_mend_and_not_the_copy(deployment, bundle_of):
    from hub.airflow.work import opened

    for key in ("root.key", "audit.key"):
        write_key(deployment.parent / "var" / key)
    migrate(f"sqlite:///{deployment.parent}/var/hub.db")
    rules = deployment.parent / "privacy" / "purposes.yaml"
    rules.write_text("[", encoding="utf-8")
    made = bundle_of()
    with pytest.raises(ConfigError) as caught, opened(str(made.path / "hub.yaml")) as hub:
        _ = hub.policy
    assert f"{rules}:" in str(caught.value) and "start a new run" in str(caught.value)
    assert str(made.path) not in str(caught.value) and ". Mend it" in str(caught.value)


def test_without_any_good_version_there_is_the_import_error_and_no_dag(deployment, bundle_of):
    from airflow.dag_processing.dagbag import DagBag

    deployment.write_text("syncs: [", encoding="utf-8")
    bag = DagBag(str(bundle_of().path))
    assert bag.dags == {} and len(bag.import_errors) == 1


def test_another_machine_makes_the_version_itself_or_says_that_it_cannot(deployment, bundle_of, tmp_path):
    version = version_of(bundle_of())
    assert bundle_of(version, folder=str(tmp_path / "elsewhere")).path.is_dir()
    edit(deployment, '"17 3 * * *"', '"18 3 * * *"')
    with pytest.raises(ConfigError, match="folder"):
        bundle_of(version, folder=str(tmp_path / "third"))


def test_two_that_keep_the_same_revision_at_once_do_no_harm(deployment, tmp_path):
    first = keep_revision(deployment, tmp_path / "kept" / "r1")
    assert keep_revision(deployment, tmp_path / "kept" / "r1") == first
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["r1"]


def test_the_pools_are_made_before_the_dags_that_need_them_and_follow_the_configuration(
    deployment, bundle_of, airflow_db
):
    made = bundle_of()
    edit(deployment, "\nsyncs:", "\npools: {bundled: {connections: [zendesk], slots: 2}}\n\nsyncs:")
    worker = bundle_of()
    assert "bundled" not in slots(), "a task's process sees no database"
    made.refresh()
    assert slots()["bundled"] == 2
    edit(deployment, "slots: 2", "slots: 3")
    made.refresh()
    assert slots()["bundled"] == 3
    by_hand = {"default_pool": slots()["default_pool"], "bundled": 7}
    set_slots("bundled", 7)
    made.refresh()
    assert slots().items() >= by_hand.items(), "nothing has changed in hub.yaml"
    deployment.write_text("syncs: [", encoding="utf-8")
    made.refresh()
    assert slots()["bundled"] == 7 and worker.path.is_dir()


def slots():
    from airflow.models.pool import Pool

    return {pool.pool: pool.slots for pool in Pool.get_pools()}


def set_slots(name, number):
    from airflow.models.pool import Pool

    Pool.create_or_update_pool(name, number, "by hand", include_deferred=False)


def test_the_dags_of_a_version_do_not_change(bundle_of):
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    made = bundle_of()
    seen = []
    for _ in range(2):
        made.refresh()
        dags = DagBag(str(made.path)).dags
        seen.append(
            {name: json.dumps(DagSerialization.serialize_dag(dag), sort_keys=True) for name, dag in dags.items()}
        )
    assert seen[0] == seen[1] and len(seen[0]) > 5
