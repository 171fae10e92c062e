"""dlt over the feed: ``python dlt_run.py RECORDS PER_PERSON URL FOLDER DATASET`` extracts, normalises and loads."""

from __future__ import annotations

import json
import sys
import time

start = time.process_time(), time.perf_counter()

from typing import Any  # noqa: E402 - after the clock has started
from urllib.parse import urlsplit  # noqa: E402 - after the clock has started

import dlt  # noqa: E402 - loading it is part of what is measured
from feed import Feed  # noqa: E402 - after the clock has started


def main(records: int, per_person: int, url: str, folder: str, dataset: str) -> None:
    """This loads both streams (append: dlt's quickest way to write) and prints what each step took."""
    feed = Feed(records, per_person)
    destination = dlt.destinations.sqlalchemy(url) if url.startswith("sqlite") else _postgres(url)
    streams = [dlt.resource(feed.read(name), name=name) for name in ("members", "activities")]
    pipeline = dlt.pipeline("bench", destination=destination, dataset_name=dataset, pipelines_dir=folder)
    took = {"open": (time.process_time() - start[0], time.perf_counter() - start[1])}
    for name, step in (
        ("extract", lambda: pipeline.extract(streams)),
        ("normalise", pipeline.normalize),
        ("load", pipeline.load),
    ):
        before = time.process_time(), time.perf_counter()
        step()
        took[name] = (time.process_time() - before[0], time.perf_counter() - before[1])
    with pipeline.sql_client() as client:
        names = [client.make_qualified_table_name(name) for name in ("members", "activities")]
        counted = sum(client.execute_sql(f"SELECT count(*) FROM {name}")[0][0] for name in names)
    print(json.dumps({"records": counted, "stages": took}))


def _postgres(url: str) -> Any:
    parts = urlsplit(url)
    # dlt wants a password even where the server asks for none.
    user = f"{parts.username or 'postgres'}:{parts.password or 'none'}"
    return dlt.destinations.postgres(f"postgresql://{user}@{parts.hostname}:{parts.port or 5432}{parts.path}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:6])
