"""Where a request comes from: the address of the client, as far as it can be believed."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

HOST_BITS = 64
"""An IPv6 customer gets at least a /64, so all of it is one client."""


def client_address(request: HttpRequest) -> str | None:
    """Return the address of the client, or None where the server does not tell.

    Behind a proxy that is the last entry of X-Forwarded-For: the one that our own proxy wrote. Whatever stands before
    it was sent by the client, who may write anything there.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2] or told
    try:
        return str(ip_address(told.strip()))
    except ValueError:
        return None


def throttled_address(request: HttpRequest) -> str | None:
    """Return the address by which failed logins are counted: one for a whole IPv6 customer."""
    address = client_address(request)
    if address is None or not isinstance(ip_address(address), IPv6Address):
        return address
    return str(ip_network(f"{address}/{HOST_BITS}", strict=False).network_address)


def masked(address: str | None) -> str:
    """Return an address without the part that tells machines of one place apart."""
    if not address:
        return ""
    if ":" in address:
        return ":".join(IPv6Address(address).exploded.split(":")[:3]) + ":…"
    return address.rpartition(".")[0] + ".*"
