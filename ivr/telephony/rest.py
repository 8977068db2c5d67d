"""Twilio's REST API, as far as it is used: calls out, changes to live calls, recordings.

Sources: https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/voice/api/recording,
https://www.twilio.com/docs/usage/twilios-response (the errors' JSON).
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

import requests
import structlog
import urllib3
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.errors import DiallingError

TIMEOUT_S = 5.0
"""Longest wait for one answer: a caller is waiting meanwhile."""
BACKOFF_S = (0.5, 1.0, 2.0)
"""Pauses before the second, third and fourth try; Twilio asks for exponential ones after a 429."""
MAX_RECORDING_BYTES = 16_000_000
"""Largest recording read: 180 s (the longest message) in two channels of 16-bit PCM at 8 kHz are 5.8 MB."""
LIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})
"""Values of a call's status while it is not over."""
NOT_IN_PROGRESS = 21220
"""Twilio's error for a call that is over and can't be changed (https://www.twilio.com/docs/api/errors/21220)."""

_Result = TypeVar("_Result")
_log = structlog.get_logger(__name__)
_QUIET = logging.getLogger("ivr.telephony.rest.http")
_QUIET.setLevel(logging.WARNING)  # it would log telephone numbers


class TwilioRest:
    """Asks Twilio; every method may block, and raises :class:`ivr.errors.DiallingError`. Safe from any thread."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Prepare; asks nothing yet.

        Args:
            account_sid: The account.
            auth_token: Its secret.
            base_url: ``https://api.twilio.com``, or a server that speaks the same.
            sleep: For tests.
            timeout_s: Longest wait for one answer.
        """
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._base_url = base_url.rstrip("/")
        self._sleep = sleep
        self._timeout_s = timeout_s
        self._client = Client(
            account_sid, auth_token, http_client=TwilioHttpClient(timeout=timeout_s, logger=_QUIET)
        )
        self._client.api.base_url = self._base_url
        self._pool = urllib3.PoolManager(timeout=timeout_s, retries=False)

    def call(self, to: str, from_number: str, *, url: str, status_url: str, ring_s: int) -> str:
        """Ring a number.

        A request that was not processed (429) is repeated. After one of which that is not known (500, no answer)
        Twilio is first asked whether it rings that number already: no telephone is rung twice.

        Args:
            to: E.164.
            from_number: One of the account's own numbers.
            url: Asked for TwiML when somebody picks up.
            status_url: Told how it ended.
            ring_s: Seconds it rings.

        Returns:
            The new call's SID.
        """

        def create() -> str:
            made = self._client.calls.create(
                to=to,
                from_=from_number,
                url=url,
                method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                status_callback_event=["completed"],
                timeout=ring_s,
            )
            return str(made.sid)

        return self._ask("ring an agent", create, done=lambda: self._rings(to, from_number))

    def redirect(self, call_sid: str, url: str) -> None:
        """Let a live call ask ``url`` at once what comes next."""
        self._ask("fetch the caller", lambda: self._client.calls(call_sid).update(url=url, method="POST"))

    def end(self, call_sid: str) -> None:
        """End a call, ringing or not; one that is over is no error."""
        try:
            self._ask("hang up", lambda: self._client.calls(call_sid).update(status="completed"))
        except DiallingError as error:
            if not error.gone:
                raise

    def recording(self, recording_sid: str) -> bytes:
        """Fetch a recording as WAV."""
        account, recording = quote(self._account_sid, safe=""), quote(recording_sid, safe="")
        url = f"{self._base_url}/2010-04-01/Accounts/{account}/Recordings/{recording}.wav"
        return self._ask("fetch a recording", lambda: self._download(url))

    def delete_recording(self, recording_sid: str) -> None:
        """Let Twilio delete a recording for good; one that is not there (any more) is an error that is ``gone``.

        Twilio keeps what it knows about a recording, without its sound, for 40 days more
        (https://www.twilio.com/docs/voice/api/recording#delete-a-recording-resource).
        """
        self._ask("delete a recording", lambda: self._client.recordings(recording_sid).delete())

    def _download(self, url: str) -> bytes:
        headers = urllib3.make_headers(basic_auth=f"{self._account_sid}:{self._auth_token}")
        with self._pool.request("GET", url, headers=headers, preload_content=False, redirect=False) as answer:
            body = answer.read(MAX_RECORDING_BYTES + 1)
            if answer.status != 200:
                raise TwilioRestException(answer.status, url, body[:200].decode("utf-8", "replace"))
        if len(body) > MAX_RECORDING_BYTES:
            raise DiallingError(f"{url}: more than {MAX_RECORDING_BYTES} bytes")
        return body

    def _rings(self, to: str, from_number: str) -> str | None:
        """The call from us to this number that is going on, if there is one."""
        for call in self._client.calls.list(to=to, from_=from_number, limit=20):
            if call.status in LIVE and call.direction == "outbound-api":
                _log.warning("leg_found", leg=call.sid, status=call.status)
                return str(call.sid)
        return None

    def _ask(
        self, what: str, ask: Callable[[], _Result], done: Callable[[], _Result | None] = lambda: None
    ) -> _Result:
        """Ask until there is an answer, a few times.

        Args:
            what: For the message.
            ask: Does it.
            done: Says whether an attempt whose answer was lost had been carried out after all; None: not.
        """
        for pause_s in (*BACKOFF_S, None):
            try:
                return ask()
            except TwilioRestException as error:
                unclear = error.status >= 500
                problem = _refused(what, error)
                if pause_s is None or not (unclear or error.status == 429):
                    raise problem from error
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                unclear = not _unsent(error)
                problem = DiallingError(f"{what}: no answer: {type(error).__name__}", carrier=not unclear)
                if pause_s is None:
                    raise problem from error
            _log.warning("carrier_asked_again", what=what, why=str(problem), after_s=pause_s)
            self._sleep(pause_s)
            if unclear and (found := self._found(problem, done)) is not None:
                return found
        raise DiallingError(f"{what}: no answer")

    def _found(self, problem: DiallingError, done: Callable[[], _Result | None]) -> _Result | None:
        """Ask whether it was done; as long as that can't be told it must not be done again."""
        try:
            return done()
        except (TwilioException, requests.RequestException, OSError) as error:
            raise problem from error


def _unsent(error: Exception) -> bool:
    """Whether a request surely never reached the server."""
    reason = getattr(error.args[0] if error.args else None, "reason", error)
    unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, unsent)


def _refused(what: str, error: TwilioRestException) -> DiallingError:
    gone = error.status == 404 or error.code == NOT_IN_PROGRESS
    code = f", error {error.code}" if error.code else ""
    # A 400 is about this number; after a 500 the telephone may ring for all we know, so nothing else may ring it.
    why, surely_not = f"{what}: HTTP {error.status}{code}: {error.msg}"[:300], error.status < 500
    return DiallingError(why, gone=gone, carrier=surely_not and error.status != 400)
