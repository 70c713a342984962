"""Importing what imports itself in a circle, where several threads need it at once."""

import threading
from importlib import import_module

_ONE_AT_A_TIME = threading.Lock()


def import_yaml() -> None:
    """Import ruamel.yaml as a whole, before anybody imports a part of it.

    A screen reads a stack's file and the kubeconfig at the same time. Of two threads that import
    modules which need one another, one may be given a module that is not complete, rather than
    both waiting for ever (python/cpython:Lib/importlib/_bootstrap.py, `_DeadlockError`).
    """
    with _ONE_AT_A_TIME:
        import_module("ruamel.yaml")
