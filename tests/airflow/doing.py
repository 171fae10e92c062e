"""Does one sync's shards in a process of its own, as a task of Airflow does: ``python doing.py hub.yaml SYNC``."""

import signal
import sys

from hub.airflow.task import HubTask
from hub.airflow.work import plan_sync, run_shard

task = HubTask(task_id="run", python_callable=run_shard)
signal.signal(signal.SIGTERM, lambda *_: task.on_kill())
config, sync = sys.argv[1:]
for planned in plan_sync(config, sync, {}):
    run_shard(config, **planned)
