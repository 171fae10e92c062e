"""What is handed out to one person tells of nobody else: canaries in every field, somebody erased, an old backup restored."""

import io
import json
import shutil
import zipfile

import pytest
from sqlalchemy import select

from hub.app import Hub
from hub.config import load_settings
from hub.errors import ConfigError
from hub.pipeline.export import collect, write_zip
from hub.pipeline.restore import restore
from hub.pipeline.rotation import rotate
from hub.store.backup import copy_sqlite
from hub.store.tables import persons
from tests.cluster.canary import found_in, written
from tests.drills.test_canaries import Planter, canaries

pytestmark = pytest.mark.slow


def of(member):
    """What belongs to one member of the cast alone."""
    return {member.email, member.name, member.handle, member.customer_id, member.phone, member.phone.replace(" ", "")}


def particulars(member):
    """What the hub knows a member by, as it is normalised."""
    digits = "+" + "".join(one for one in member.phone if one.isdigit())
    return {member.email, member.customer_id, member.handle.removeprefix("@"), member.name, digits}


def handed_out(world):
    """The export of everybody who lives, by person: each file in the ZIP as text."""
    with world.open() as hub:
        hub.audit.sequence()
        with hub.store.read() as tx:
            living = tx.unit.conn.execute(select(persons.c.id).where(persons.c.status == "active")).scalars().all()
        made = {one: write_zip(collect(hub.rooms, one), hub.rooms, hub.controller) for one in living}
    opened = {person: zipfile.ZipFile(io.BytesIO(content)) for person, content in made.items()}
    return {person: {name: written(one.read(name)) for name in one.namelist()} for person, one in opened.items()}


def said(files):
    """What was written in free text, as it is handed out."""
    records = json.loads(files["data.json"])["records"]
    return "\n".join(str(record.get(name) or "") for record in records for name in ("text", "subject"))


def answer(ways):
    for simulator, finish in ways.items():
        simulator.finish = finish


def check_exports(world, gone, strangers):
    """Nobody's export tells of the erased, of another member, or of a stranger whom a text named."""
    made = handed_out(world)
    assert len(made) > 15
    owners = 0
    for person, files in made.items():
        whole = "\n".join(files.values())
        with world.open() as hub, hub.store.read() as tx:
            known = {one.value for one in tx.persons.identifiers([person])[person]}
            known |= {tx.persons.profiles([person])[person].name}
        others = [m for m in world.members if known.isdisjoint(particulars(m))]
        owners += len(others) < len(world.members)
        assert not found_in(whole, set.union(*map(of, others))), person
        assert not found_in(whole, of(gone)), person
        assert not found_in(said(files), strangers), person
    assert owners > 10, "hardly anybody's own words were found: the test looks past them"


def check_at_rest(world, gone, strangers):
    kept = [p for p in (world.folder / "var").rglob("*") if p.is_file() and "secrets" not in p.parts]
    for path in kept:
        assert not found_in(written(path.read_bytes()), strangers | of(gone)), path.name


def test_nothing_of_the_erased_or_of_others_is_handed_out_not_even_after_an_old_backup(world_in):
    world = world_in("sqlite", size=24)
    honest = {one: one.finish for one in world.sandbox.simulators.values()}
    lying = {one: Planter(one).finish for one in honest}
    strangers = {word for name in world.sandbox.simulators for word in canaries(name)}
    world.pull()
    world.push()
    with world.open() as hub, hub.store.read() as tx:
        talkers = [m for m in world.members if m.said_in("zendesk")]
        gone, person = next((m, found) for m in talkers if (found := world.person(hub, tx, m)))
    with world.open() as hub:
        hub.audit.sequence()
        hub.store.checkpoint()
    backup = world.folder / "backup.db"
    copy_sqlite(world.database, backup)
    answer(honest)  # a canary where a vendor says what it has deleted would keep the erasure open, as it should
    plan = world.erase(person)
    assert plan.progress == "complete", [
        (str(s.phase), s.system, str(s.state), s.reason) for s in plan.steps if s.state != "done"
    ]
    check_exports(world, gone, strangers)
    check_at_rest(world, gone, strangers)

    # the old backup by itself: no name in its bytes, and with the keys of today it does not open
    with world.open() as hub:
        rotate(hub.rooms, hub.rotation_job(now=True))
    assert not found_in(written(backup.read_bytes()), strangers | of(gone))
    stolen = world.folder / "stolen"
    shutil.copytree(world.folder, stolen, ignore=shutil.ignore_patterns("stolen", "hub.db*"))
    shutil.copyfile(backup, stolen / "var" / "hub.db")
    with (
        pytest.raises(ConfigError, match="hub restore"),
        Hub(load_settings(stolen / "hub.yaml"), now=world.clock.now) as hub,
    ):
        hub.store.begin()

    # restored: handed out is as little as before, and who was erased is refused when the systems tell of them again
    with world.open() as hub:
        assert restore(hub.restore_job(backup)).erased_again >= 1
    check_exports(world, gone, strangers)
    check_at_rest(world, gone, strangers)
    for simulator in world.sandbox.simulators.values():
        simulator.seed()
    answer(lying)
    world.clock.advance(3600)
    reports = world.pull(full=True)
    assert sum(report.reasons["withheld: suppressed"] for report in reports.values()) >= 1
    with world.open() as hub, hub.store.read() as tx:
        assert world.person(hub, tx, gone) is None
    check_exports(world, gone, strangers)
    check_at_rest(world, gone, strangers)
