"""Ports that a state folder keeps, so that stored references and kubeconfigs stay valid."""

import secrets
import socket
from collections.abc import Collection

from philotes_tui.demo.state import StateFolder
from philotes_tui.errors import DemoError

LOOPBACK = "127.0.0.1"
_RECORD = "ports.json"
_RANGE = range(20_000, 30_000)
"""Below the ports that systems hand out to outgoing connections (Linux: from 32768)."""
_ATTEMPTS = 1_000


def kept_ports(state: StateFolder, names: Collection[str]) -> dict[str, int]:
    """Return one port for each name: the one of the last start where it is still free.

    Raises:
        DemoError: no free port was found.
        StateFolderError: the record cannot be written.
    """
    recorded = state.read_json(_RECORD)
    before = recorded if isinstance(recorded, dict) else {}
    ports: dict[str, int] = {}
    for name in names:
        port = before.get(name)
        taken = {*ports.values()}
        if not isinstance(port, int) or port not in _RANGE or port in taken or not is_free(port):
            port = _free_port(taken)
        ports[name] = port
    if ports != before:
        state.write_json(_RECORD, ports)
    return ports


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of the loopback interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Servers written in Go set it too: a port in TIME_WAIT is free for them.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _free_port(taken: set[int]) -> int:
    for _ in range(_ATTEMPTS):
        port = secrets.choice(_RANGE)
        if port not in taken and is_free(port):
            return port
    raise DemoError(
        "No free port was found on the loopback interface",
        on=f"{LOOPBACK}:{_RANGE.start}-{_RANGE.stop - 1}",
        todo="End programs that listen there, and start the demo again.",
    )
