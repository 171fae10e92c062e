"""Child processes: forked with all engines loaded, answering over a pipe, killed by themselves or by us."""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Ended:
    """How a child ended: its answer, or the signal that killed it with its last words, or a traceback."""

    answer: Any = None
    killed: bool = False
    last_words: str | None = None
    error: str | None = None


class Child:
    """A forked process that does ``work(say)`` and answers with what it gives; ``say`` sends last words."""

    def __init__(self, work: Callable[[Callable[[str], None]], Any]) -> None:
        reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reader)
            _live(work, writer)
        os.close(writer)
        self._reader = os.fdopen(reader, "rb")

    def wait(self) -> Ended:
        with self._reader as pipe:
            lines = pipe.read().splitlines()
        _, status = os.waitpid(self.pid, 0)
        told = {key: value for line in lines for key, value in json.loads(line).items()}
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return Ended(killed=True, last_words=told.get("last_words"))
        if status != 0 or "answer" not in told:
            return Ended(error=told.get("error") or f"the child ended with status {status}")
        return Ended(answer=told["answer"])

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


def _live(work: Callable[[Callable[[str], None]], Any], writer: int) -> None:
    def tell(**told: Any) -> None:
        data = json.dumps(told).encode() + b"\n"
        while data:
            data = data[os.write(writer, data) :]

    status = 1
    try:
        tell(answer=work(lambda words: tell(last_words=words)))
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the parent tells it and goes on
        tell(error=traceback.format_exc())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
