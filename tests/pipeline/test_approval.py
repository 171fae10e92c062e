"""What somebody approves is what they were shown, and no more."""

from dataclasses import replace

from hub.errors import PolicyError
from hub.pipeline.approval import ask_for_push
from hub.pipeline.caps import Caps
from hub.pipeline.push import push
from tests.pipeline.test_propagation import feel_otherwise

CAPS = Caps(changed_share=0.0, cleared_share=0.0, min_rows=1)


def test_what_is_new_is_no_licence_to_change_as_much_of_what_is_there(town, desk):
    with town.open() as hub:
        old = town.people(hub, 6)
        job = replace(town.job(hub, desk), caps=CAPS)
        push(hub.rooms, job)
        town.people(hub, 5, start=6)
        feel_otherwise(town, hub, old[:1], 0)
        assert isinstance(push(hub.rooms, job).error, PolicyError)
        request = ask_for_push(hub.rooms, job)
        assert "1 of 6 rows would change" in request.what
        feel_otherwise(town, hub, old[1:], 1)  # before the approval has come
        assert isinstance(push(hub.rooms, replace(job, approved=request.rows)).error, PolicyError)
        request = ask_for_push(hub.rooms, job)
        assert push(hub.rooms, replace(job, approved=request.rows)).counts["confirmed"] == 11
