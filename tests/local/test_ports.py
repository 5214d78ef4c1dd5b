"""Claimed ports: a server can listen on one, another claim never gets it."""

import socket

from local.servers.ports import LOOPBACK, PortClaim, answers


def test_a_server_listens_on_a_claimed_port() -> None:
    """The claim does not stand in the way of the server that it is for."""
    claim = PortClaim()
    with socket.create_server((LOOPBACK, claim.port)):
        assert answers(claim.port)
    claim.release()


def test_two_claims_never_share_a_port() -> None:
    """A port wanted twice goes to the first, also before anything listens; released, it is free again."""
    first = PortClaim()
    second = PortClaim(first.port)
    assert second.port != first.port
    first.release()
    third = PortClaim(first.port)
    assert third.port == first.port
    second.release()
    third.release()


def test_a_port_in_use_is_not_claimed() -> None:
    """Another program's port is left alone."""
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        claim = PortClaim(port)
        assert claim.port != port
        claim.release()
