"""Who may free a lease before its time: only who knows for certain that its holder is gone."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from hub.pipeline.holder import read_holder, this_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by /proc")


def test_a_holder_is_read_as_it_was_written():
    me = this_process()
    assert read_holder(str(me)) == me and not me.is_gone()
    assert [read_holder(text) for text in ("", "host/12", "host/x/place/1", "worker-1")] == [None] * 4


def test_a_process_that_ended_here_is_gone():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    holder = replace(this_process(), pid=child.pid, started=_started(child.pid))
    assert not holder.is_gone()
    child.communicate(b"\n")
    assert holder.is_gone()


def test_a_number_that_was_given_out_again_is_somebody_else():
    assert replace(this_process(), started="1").is_gone()


@pytest.mark.parametrize("change", [{"place": "another-boot-1"}, {"host": "another"}])
def test_nobody_is_gone_who_runs_elsewhere(change):
    """Two containers may share a name and a process number; neither can see the other's processes."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not replace(this_process(), pid=ended.pid, **change).is_gone()


def _started(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[19]


def test_the_running_process_names_itself():
    assert this_process().pid == os.getpid()
