import socket

from philotes_tui.demo.ports import LOOPBACK, is_free, kept_ports
from philotes_tui.demo.state import StateFolder

NAMES = ("registry", "etcd", "kwok")


def test_ports_stay_the_same_from_start_to_start(state: StateFolder) -> None:
    first = kept_ports(state, NAMES)
    assert len(set(first.values())) == len(NAMES)
    assert kept_ports(state, NAMES) == first


def test_a_port_that_somebody_took_is_the_only_one_that_changes(state: StateFolder) -> None:
    first = kept_ports(state, NAMES)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((LOOPBACK, first["etcd"]))
        other.listen()
        assert not is_free(first["etcd"])
        second = kept_ports(state, NAMES)
    assert second["etcd"] != first["etcd"]
    assert {**second, "etcd": first["etcd"]} == first


def test_a_record_with_nonsense_is_replaced(state: StateFolder) -> None:
    state.write_json("ports.json", {"registry": "80", "etcd": 22, "kwok": None})
    ports = kept_ports(state, NAMES)
    assert all(20_000 <= port < 30_000 for port in ports.values())
