"""Run one application on uvicorn: `python -m services.chassis.serve services.voting.main`.

The launcher hands a listening socket (`--fd`), so that no port is guessed and nobody is refused
while a service starts; a container names a port.
"""

import argparse
import importlib
import socket

import uvicorn
import uvloop

BACKLOG = 2048


async def serve(app: object, listener: socket.socket) -> None:
    """Serve `app` on `listener` until SIGTERM or SIGINT, finishing what was begun."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn names a union that mypy cannot see through
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    await uvicorn.Server(config).serve(sockets=[listener])


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`; port 0 picks a free one."""
    listener = socket.create_server((host, port), backlog=BACKLOG)
    listener.set_inheritable(True)
    return listener


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Serve one application.")
    parser.add_argument("module", help="a module with from_environment()")
    parser.add_argument("--fd", type=int, help="an inherited listening socket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    chosen = parser.parse_args()
    listener = (
        socket.socket(fileno=chosen.fd)
        if chosen.fd is not None
        else listening(chosen.host, chosen.port)
    )
    app = importlib.import_module(chosen.module).from_environment()
    uvloop.run(serve(app, listener))


if __name__ == "__main__":
    main()
