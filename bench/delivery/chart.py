"""Draws the growth curves: ``python chart.py RESULTS.json FOLDER`` (in the environment that holds matplotlib)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

PANELS = (("cost", "processor time per record (µs)"), ("peak", "peak memory (MiB)"), ("rate", "records per second"))


def main(results: Path, folder: Path) -> None:
    """This writes one picture a database, as PNG and SVG."""
    rows = json.loads(results.read_text())["results"]
    for database in sorted({row["database"] for row in rows}):
        figure, axes = plt.subplots(1, len(PANELS), figsize=(15, 4.5), layout="constrained")
        for axis, (key, title) in zip(axes, PANELS, strict=True):
            for path in dict.fromkeys(row["path"] for row in rows):
                points = sorted((r["records"], r[key]) for r in rows if r["path"] == path and r["database"] == database)
                axis.plot(*zip(*points, strict=True), marker="o", label=path) if points else None
            axis.set(xscale="log", xlabel="records", title=title, ylim=(0, None))
            axis.grid(alpha=0.3)
        axes[0].legend()
        figure.suptitle(database)
        for kind in ("png", "svg"):
            figure.savefig(folder / f"delivery-{database}.{kind}", dpi=120)
        plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
