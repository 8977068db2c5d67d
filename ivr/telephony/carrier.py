"""Twilio's HTTP side, played: posts webhooks and reads the TwiML that comes back."""

import os
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from twilio.request_validator import RequestValidator

from ivr.errors import LineError
from ivr.telephony.signature import SIGNATURE_HEADER

HOLD_S = 1.0
"""Seconds of the music that a caller is asked to listen to before asking again: less than Twilio plays."""
MOST_HOLDS = 90
"""Times that is done: the hotline gives up before."""
MAX_TWIML_BYTES = 65_536
"""Longest answer read; Twilio's own limit on TwiML is 64 kB."""


@dataclass(frozen=True)
class Verb:
    """One element of a TwiML document."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple["Verb", ...]

    def find(self, name: str) -> "Verb | None":
        """The first element called ``name``, at any depth, this one included."""
        if self.name == name:
            return self
        return next((found for child in self.children if (found := child.find(name))), None)

    def all(self, name: str) -> tuple["Verb", ...]:
        """Every element called ``name``, in order."""
        own = (self,) if self.name == name else ()
        return own + tuple(found for child in self.children for found in child.all(name))


@dataclass(frozen=True)
class Followed:
    """What the hotline had done with the call once its stream was over."""

    next: Literal["hang_up", "person", "desk", "voicemail"]
    """``person``: telephones ring · ``desk``: the call goes on, on another stream."""
    said: tuple[str, ...] = ()
    """What Twilio's own voice says first."""
    numbers: tuple[str, ...] = ()
    """Whom it would ring."""


class Carrier:
    """Posts as Twilio would, signed when it knows the account's secret. Holds nothing that changes."""

    def __init__(self, auth_token: str | None = None, *, timeout_s: float = 15.0) -> None:
        """Prepare.

        Args:
            auth_token: Signs what is sent; None sends it unsigned.
            timeout_s: Longest wait for an answer: Twilio's own limit for webhooks.
        """
        self._validator = RequestValidator(auth_token) if auth_token else None
        self._timeout_s = timeout_s

    def signature(self, url: str, fields: Mapping[str, str]) -> dict[str, str]:
        """The headers that sign a request; none without a secret."""
        if self._validator is None:
            return {}
        return {SIGNATURE_HEADER: self._validator.compute_signature(url, dict(fields))}

    def post(self, url: str, fields: Mapping[str, str]) -> Verb:
        """Post a webhook.

        Returns:
            The TwiML's ``Response`` element; an empty one for an answer without a body.

        Raises:
            LineError: no answer, a refusal, or no TwiML; the message says which.
        """
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise LineError(f"{url!r} is not an address of the hotline (http:// or https://)")
        request = urllib.request.Request(
            url, urllib.parse.urlencode(fields).encode(), headers=self.signature(url, fields)
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:
                body = answer.read(MAX_TWIML_BYTES + 1)
        except urllib.error.HTTPError as error:
            detail = error.read(300).decode("utf-8", "replace").strip()
            raise LineError(f"{url}: HTTP {error.code}: {detail}") from error
        except (OSError, ValueError) as error:
            raise LineError(f"{url}: no answer: {getattr(error, 'reason', error)}") from error
        return parse_twiml(body, url)

    def ask(self, url: str, fields: Mapping[str, str], goes_on: Callable[[], bool]) -> Verb:
        """Post a webhook, and again where the hotline only plays some music and wants to be asked once more.

        Args:
            url: The webhook's address.
            fields: What is posted.
            goes_on: Whether the caller is still there.

        Returns:
            What comes of it, as :meth:`post`.

        Raises:
            LineError: as :meth:`post`.
        """
        response = self.post(url, fields)
        for _ in range(MOST_HOLDS):
            redirect = response.find("Redirect")
            holds = response.find("Play") is not None and response.find("Gather") is None
            if redirect is None or not holds or not goes_on():
                break
            time.sleep(HOLD_S)
            response = self.post(redirect.text, fields)
        return response


def parse_twiml(body: bytes, where: str) -> Verb:
    """Read a TwiML document.

    Raises:
        LineError: it is too long or not TwiML.
    """
    if not body.strip():
        return Verb("Response", {}, "", ())
    if len(body) > MAX_TWIML_BYTES:
        raise LineError(f"{where}: more than {MAX_TWIML_BYTES} bytes of TwiML")
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise LineError(f"{where}: not TwiML: {error}") from error
    if root.tag != "Response":
        raise LineError(f"{where}: not TwiML: <{root.tag}> instead of <Response>")
    return _verb(root)


def what_follows(response: Verb) -> Followed:
    """Read what a TwiML document does with a call."""
    said = tuple(verb.text for verb in response.children if verb.name == "Say")
    numbers = tuple(number.text for number in response.all("Number"))
    if response.find("Dial") is not None:
        return Followed("person", said, numbers)
    if response.find("Record") is not None:
        return Followed("voicemail", said)
    if response.find("Stream") is not None:
        return Followed("desk", said)
    return Followed("hang_up", said)


def environment_auth_token() -> str | None:
    """The account's secret, where this program's environment has it."""
    return os.environ.get("TWILIO_AUTH_TOKEN") or None


def _verb(element: ET.Element) -> Verb:
    return Verb(
        element.tag,
        dict(element.attrib),
        (element.text or "").strip(),
        tuple(_verb(child) for child in element),
    )
