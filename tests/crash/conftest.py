"""How the tests start the harness."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parent / "harness"


@pytest.fixture(scope="session")
def points():
    """How many boundaries are tried (ATTUNE_CRASH): ``spread`` by everybody, ``many`` and ``all`` where time allows."""
    return os.environ.get("ATTUNE_CRASH", "spread")


@pytest.fixture(scope="session")
def run_harness():
    """Runs the harness and gives what it tells; hashes and threads are fixed, so that a boundary keeps its number."""

    def run(*arguments):
        fixed = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, str(HARNESS), *map(str, arguments)]
        ran = subprocess.run(command, env=os.environ | fixed, stdout=subprocess.PIPE, check=True, text=True)
        return [json.loads(line) for line in ran.stdout.splitlines()]

    return run
