"""The peers: each in an environment of its own, made once, outside the hub's own lock file."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = {
    "dlt": ("dlt[sqlalchemy]==1.31.0", "sqlalchemy>=2.0.50,<2.1", "psycopg2-binary==2.9.13"),
    "singer": ("meltanolabs-target-postgres==0.8.1",),
    "chart": ("matplotlib>=3.9,<4",),
}
"""What each environment holds. Versions are fixed, so that two measurements are of the same thing."""


def environment(name: str, folder: Path) -> Path:
    """This is the folder of programs of one environment, installed from PyPI where it is not there yet."""
    home = folder / name
    marker, wanted = home / "requirements", "\n".join(REQUIREMENTS[name])
    programs = home / "bin"
    if not marker.exists() or marker.read_text() != wanted:
        print(f"installing {', '.join(REQUIREMENTS[name])} ...", file=sys.stderr)
        venv.create(home, clear=True, with_pip=True)
        quiet = ("--quiet", "--disable-pip-version-check")
        subprocess.run([programs / "python", "-m", "pip", "install", *quiet, *REQUIREMENTS[name]], check=True)
        marker.write_text(wanted)
    return programs
