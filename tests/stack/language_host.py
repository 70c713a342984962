"""A stand-in for `pulumi-language-python`, which ships with the official CLI only.

It serves the language protocol with the SDK's own server and runs the project's `__main__.py`,
so that the real CLI can be given a project folder. Started by a script of that name on PATH.
"""

import importlib
import os
import runpy
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

grpc: Any = importlib.import_module("grpc")  # it comes without types


class ProjectHost(LanguageServer):
    """Runs the program of a project folder, as the real language host does."""

    def __init__(self, root: str) -> None:
        def program() -> None:
            runpy.run_path(str(Path(root) / "__main__.py"))

        super().__init__(program)
        self._root = root

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        sys.path.insert(0, self._root)
        run: Any = super().Run
        return run(request, context)

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        return language_pb2.LanguageHandshakeResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802
        return language_pb2.GetRequiredPackagesResponse()


def main() -> None:
    """Serve on a free port of the loopback interface, print it, and end on a signal."""
    parent = os.getppid()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    host = ProjectHost(str(Path.cwd()))
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - the protocol: the CLI reads the port from here
    while not ended.wait(timeout=1) and os.getppid() == parent:
        pass  # the CLI is there and has not said to end
    server.stop(grace=1).wait()
    os._exit(0)  # a program that still waits for the gone CLI must not hold this process


if __name__ == "__main__":
    main()
