"""Who may ring: Twilio, by its signature, or in the embedded default this machine alone.

Sources: https://www.twilio.com/docs/usage/security#validating-requests (webhooks) and
https://www.twilio.com/docs/voice/media-streams#security (the upgrade, signed over its ``wss://`` address).
"""

import ipaddress
from urllib.parse import urlsplit

from flask import Request
from twilio.request_validator import RequestValidator

from ivr.settings import Settings

SIGNATURE_HEADER = "X-Twilio-Signature"
_FORWARDED_HEADERS = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


def refusal(request: Request, settings: Settings) -> str | None:
    """Say why a request to ``/twilio/`` must be refused.

    Args:
        request: A webhook or a WebSocket upgrade.
        settings: With ``twilio_auth_token`` only what it signed may pass; without, only this machine's own
            programs and pages.

    Returns:
        The reason, for the log; None when the request may pass.
    """
    if settings.twilio_auth_token is None:
        return _foreign(request) or cross_origin(request, settings)
    signature = request.headers.get(SIGNATURE_HEADER)
    if not signature:
        return f"no {SIGNATURE_HEADER}"
    validator = RequestValidator(settings.twilio_auth_token)
    websocket = is_upgrade(request)
    for address in addresses(request, settings, websocket=websocket):
        if validator.validate(address, {} if websocket else request.form, signature):
            return None
    return f"wrong {SIGNATURE_HEADER} for {addresses(request, settings, websocket=websocket)[0]}"


def cross_origin(request: Request, settings: Settings) -> str | None:
    """Say which other website's page sent the request; None for this server's own pages and for programs."""
    origin = request.headers.get("Origin")
    if origin is None:
        return None
    own = {request.host.lower(), urlsplit(settings.public_url or "").netloc.lower()} - {""}
    if urlsplit(origin).netloc.lower() in own:
        return None
    return f"sent by a page of {origin[:100]!r}"


def is_upgrade(request: Request) -> bool:
    """Whether the request asks for a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def base_url(request: Request, settings: Settings, *, websocket: bool = False) -> str:
    """How the outside reaches this server, without a slash at the end.

    Args:
        request: The request being answered.
        settings: ``public_url`` wins when set.
        websocket: Give the ``ws://`` or ``wss://`` form.
    """
    if settings.public_url:
        address = settings.public_url.rstrip("/")
    else:
        # Twilio speaks only wss://. Plain http under a name that is not this machine's own is therefore a
        # proxy in front of us that took the TLS off.
        plain = request.scheme in {"http", "ws"} and _loopback_host(request.host)
        address = f"{'http' if plain else 'https'}://{request.host}"
    return "ws" + address.removeprefix("http") if websocket else address


def addresses(request: Request, settings: Settings, *, websocket: bool) -> list[str]:
    """The addresses under which Twilio may have signed a request, the likeliest first."""
    query = request.query_string.decode("latin-1")
    path = request.path + (f"?{query}" if query else "")
    bases = [base_url(request, settings, websocket=websocket), base_url(request, settings)]
    if not settings.public_url:
        bases += [f"{scheme}://{request.host}" for scheme in (("ws", "wss") if websocket else ("http", "https"))]
    found = list(dict.fromkeys(base + path for base in bases))
    return found + [f"{address}/" for address in found] if websocket else found


def _foreign(request: Request) -> str | None:
    """Say why the request does not come from this machine, or None."""
    if not _loopback_address(request.remote_addr or ""):
        return f"unsigned, from {request.remote_addr}; set TWILIO_AUTH_TOKEN to accept signed calls"
    for header in _FORWARDED_HEADERS:
        if request.headers.get(header):
            return f"unsigned, through a proxy ({header}); set TWILIO_AUTH_TOKEN to accept signed calls"
    if request.headers.get("Origin") and not _loopback_host(request.host):
        # A page under a name that was pointed at this machine: DNS rebinding.
        return f"unsigned, by a page under the name {request.host[:100]!r}"
    return None


def _loopback_address(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _loopback_host(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or _loopback_address(name)
