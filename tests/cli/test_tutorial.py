"""The tutorial, as somebody types it: every command works, and what it is said to print it prints."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/tutorial/first-run.md"
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
MARK = "== block =="
BY_HAND = ("make demo", "hub sandbox")
CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?(\.\d+)?(\+00:00|Z)?)?"), "<time>"),
    (re.compile(r"^ *\d+(?= +<time>)"), "<number>"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "<hash>"),
    (re.compile(r"\b\d{3,}\b"), "<number>"),
    (re.compile(r"ledger up to \d+"), "ledger up to <number>"),
    (re.compile(r"\s+"), " "),
)
"""What differs from run to run, an entry's index in the audit log too, and how wide a column is."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not shutil.which("curl"), reason="the tutorial asks a simulator with curl")
def test_every_command_of_the_tutorial_prints_what_the_page_says(tmp_path):
    commands, told = read_page()
    with simulators(tmp_path) as environ:
        ran = subprocess.run(
            ["bash", "-c", script_of(commands)], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
    printed = ran.stdout.split(MARK)[1:]
    assert ran.returncode == 0 and len(printed) == len(commands), f"{ran.stdout}\n{ran.stderr}"
    assert sum(map(len, told)) > 40
    for block, expected, found in zip(commands, told, printed, strict=True):
        missing = first_missing(expected, [plain(line) for line in found.splitlines()])
        assert missing is None, f"after\n{block}\nthe page says\n{missing}\nand this came:\n{found}\n{ran.stderr}"


def read_page():
    """Blocks of commands that are typed in the second terminal, and for each the lines that the page says it prints."""
    commands, told = [], []
    for language, text in FENCED.findall(PAGE.read_text(encoding="utf-8")):
        if language == "sh":
            commands.append(text.replace(". .venv/bin/activate\n", ""))
            told.append([])
        elif told:
            told[-1] += [plain(line) for line in text.splitlines() if line.strip()]
    kept = [not block.startswith(BY_HAND) for block in commands]
    return [one for one, wanted in zip(commands, kept, strict=True) if wanted], [
        one for one, wanted in zip(told, kept, strict=True) if wanted
    ]


def script_of(commands):
    return "set -e\n" + "".join(f"echo '{MARK}'\n{block}" for block in commands)


def first_missing(expected, found):
    """The first line that is not there, behind those that are."""
    lines = iter(found)
    return next((line for line in expected if line not in lines), None)


def plain(line):
    for pattern, name in CHANGING:
        line = pattern.sub(name, line)
    return line.strip()


@contextmanager
def simulators(folder):
    """``hub sandbox`` in its own terminal, as the page says."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": programs, "PYTHONUNBUFFERED": "1"}
    environ.pop("HUB_CONFIG", None)
    with (folder / "sandbox.log").open("wb") as log:
        running = subprocess.Popen(["hub", "sandbox"], cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            config, end = folder / "var/sandbox/hub.yaml", time.monotonic() + 120
            while "next: " not in (folder / "sandbox.log").read_text() or not config.exists():
                assert running.poll() is None and time.monotonic() < end, (folder / "sandbox.log").read_text()
                time.sleep(0.1)
            yield environ
        finally:
            running.terminate()
            running.wait(30)
