"""Asks a running service whether it is ready. The container uses it as its health check."""

import http.client
import ipaddress

from .settings import ServerSettings

SECONDS = 3.0


def is_ready(server: ServerSettings) -> bool:
    """Returns whether the service of these settings answers that it is ready."""
    connection = http.client.HTTPConnection(_address(server.host), server.port, timeout=SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _address(host: str) -> str:
    """Returns where to reach a service on `host`, which can stand for every address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"
