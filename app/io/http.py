"""Calls to addresses that others have given us, which must not become calls to our own network.

Names are resolved here, every address they give is judged, and the connection goes to one that was judged: what a name
gives a moment later does not matter. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from app.core.errors import AppError, InvalidInputError

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_SHOWN = 200


class CallError(AppError):
    """The call did not get through, or was answered with a refusal; `answer` is the status if there was one."""

    code = "call-failed"
    status = 502
    title = "The call failed"

    def __init__(self, message: str, answer: int | None = None) -> None:
        super().__init__(message)
        self.answer = answer


@dataclass(frozen=True)
class Outside:
    """Who may be called.

    Parameters
    ----------
    private
        Whether addresses of private and local networks are allowed, and http without TLS; for tests and for services
        behind the same wall.
    """

    private: bool = False

    def check(self, url: str) -> None:
        """Raise InvalidInputError unless `url` is one that could be called at all."""
        parts = urlsplit(url)
        try:
            fine = parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            fine = False
        if not fine or parts.username or parts.password or parts.fragment:
            raise InvalidInputError(f"{url[:_SHOWN]!r} is no address to call: write https://host/path.", field="url")
        if parts.scheme != "https" and not (self.private and parts.scheme == "http"):
            raise InvalidInputError("The address has to begin with https://.", field="url")

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Send `body`; return the status of a 2xx answer.

        Raises
        ------
        CallError
            Nobody answered in time, the answer is no 2xx (redirects included), or the address is not allowed.
        """
        self.check(url)
        target = httpx.URL(url)
        address = self._address(target.host, target.port or (443 if target.scheme == "https" else 80))
        pinned = target.copy_with(host=address)
        headers = {**headers, "Host": target.netloc.decode("ascii")}
        try:
            with httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
                request = client.build_request(
                    "POST", pinned, content=body, headers=headers, extensions={"sni_hostname": target.host}
                )
                response = client.send(request, stream=True)
                response.close()  # what it says beyond the status is of no use here
        except httpx.HTTPError as error:
            raise CallError(f"{target.host} could not be called: {type(error).__name__}.") from error
        if not response.is_success:
            raise CallError(f"{target.host} answered {response.status_code}.", response.status_code)
        return response.status_code

    def _address(self, host: str, port: int) -> str:
        try:
            found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except OSError as error:
            raise CallError(f"There is no host {host}.") from error
        for address in sorted(found):
            if not self.private and not is_public(address):
                raise CallError(f"{host} is an address inside a private network; webhooks go to public ones only.")
        return min(found, key=lambda a: (":" in a, a))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when it is written as IPv4 inside IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inside is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            ip = inside
    return ip.is_global and not ip.is_multicast
