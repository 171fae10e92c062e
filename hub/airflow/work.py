"""What the tasks do: the command line's own calls, in the task's own process.

Everything heavy is imported inside the functions, because Airflow imports this module whenever it parses the DAGs.
Results are ids and counts only: Airflow stores them, and it is no place for personal data.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from hub.errors import FatalError, HubError

if TYPE_CHECKING:
    from hub.pipeline.pull import PullReport
    from hub.pipeline.push import PushReport

log = logging.getLogger(__name__)

Result = dict[str, Any]
"""Run id and counts of one piece of work, as the XCom that Airflow keeps."""

P = ParamSpec("P")


def plainly(work: Callable[P, Result]) -> Callable[P, Result]:
    """This makes errors reach Airflow's log with their own words only: what caused them may quote a vendor's answer."""

    @wraps(work)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            return work(*args, **kwargs)
        except HubError as error:
            raise error.with_traceback(None) from None

    return wrapped


@plainly
def pull_sync(config: str, sync: str, params: Mapping[str, Any]) -> Result:
    """This runs one pull as ``hub pull`` does, from where the last one stopped, or from the beginning (``full``).

    Args:
        config: path of ``hub.yaml``.
        sync: a pull of it.
        params: the form of the DAG run: ``full``, a boolean.

    Raises:
        HubError: the run ended early; what was stored stays stored, and a retry goes on behind it.
    """
    from hub.app import open_hub
    from hub.pipeline.pull import pull

    with open_hub(Path(config)) as hub:
        report = pull(hub.rooms, hub.pull_job(sync, full=bool(params["full"])))
        hub.audit.sequence()
        return _result(report)


@plainly
def push_sync(config: str, sync: str) -> Result:
    """This runs one push as ``hub push`` does; raises HubError where it ended early, and a retry settles what is open.

    Args:
        config: path of ``hub.yaml``.
        sync: a push of it.
    """
    from hub.app import open_hub
    from hub.pipeline.push import push

    with open_hub(Path(config)) as hub:
        report = push(hub.rooms, hub.push_job(sync))
        hub.audit.sequence()
        return _result(report)


@plainly
def sweep(config: str) -> Result:
    """This deletes what has outlived its retention rule, as ``hub sweep`` does; counts are by category of data."""
    from hub.app import open_hub
    from hub.pipeline.sweep import sweep as run_sweep

    with open_hub(Path(config)) as hub:
        report = run_sweep(hub.rooms, hub.sweep_job())
        hub.audit.sequence()
    log.info("swept: %s; people of whom nothing is left: %d", dict(report.deleted), report.people)
    return {"run": report.run_id, "counts": dict(report.deleted), "people": report.people}


@plainly
def verify_audit(config: str) -> Result:
    """This puts waiting entries into the audit log's tree and recomputes all of it, as ``hub audit verify`` does.

    Raises FatalError where the log was altered.
    """
    from hub.app import open_hub

    with open_hub(Path(config)) as hub:
        hub.audit.sequence()
        found = hub.audit.verify()
    if found.problem:
        raise FatalError(f"the audit log does not hold: {found.problem}.", fix="See 'hub audit verify'.")
    log.info("the audit log holds: %d entries", found.size)
    return {"counts": {"entries": found.size}}


def _result(report: PullReport | PushReport) -> Result:
    log.info("%s: %s, reasons: %s", report.sync, dict(report.counts), dict(report.reasons))
    if report.error is not None:
        raise report.error
    return {"run": report.run_id, "counts": dict(report.counts)}
