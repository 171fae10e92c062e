"""The server of the console on its own: on this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from hub.errors import ConfigError

ADDRESS = "127.0.0.1"


def serve(app: FastAPI, port: int, started: Callable[[int], None]) -> None:
    """This serves until it is interrupted; 0 is any free port. Raises ConfigError where the port is taken.

    ``started`` is told the port once it is bound. Nothing is written about requests: their addresses may hold the token.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((ADDRESS, port))
            bound.listen()  # whoever opens the address at once waits, and is not refused
        except OSError as error:
            raise ConfigError(
                f"port {port} cannot be used: {error.strerror}.", fix="Name another with --port."
            ) from None
        config = uvicorn.Config(
            app, access_log=False, log_level="warning", server_header=False, proxy_headers=False, lifespan="off"
        )
        started(bound.getsockname()[1])
        uvicorn.Server(config).run(sockets=[bound])
