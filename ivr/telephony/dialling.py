"""Agents' telephones over Twilio's REST API, and the service that rings them."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from ivr.call.switchboard_types import Switchboard
from ivr.content.types import Content, Hours
from ivr.errors import DiallingError
from ivr.handoff.desk_clock import DeskClock
from ivr.handoff.desk_setup import routing_policy
from ivr.handoff.ringing import Attempt, RingPolicy, Rung
from ivr.handoff.ringing_load import Talk
from ivr.handoff.ringing_service import RingingService
from ivr.handoff.types import Agent, AgentStatus
from ivr.settings import Settings
from ivr.telephony.rest import TwilioRest

_log = structlog.get_logger(__name__)


class TwilioDialler:
    """Satisfies :class:`ivr.handoff.ringing_service.Dialler`."""

    def __init__(self, rest: TwilioRest, ring_s: int) -> None:
        """Ring over ``rest``, each telephone ``ring_s`` seconds."""
        self._rest = rest
        self._ring_s = ring_s

    def ring(self, call: Rung, attempt: Attempt) -> str:
        """Ring an agent's telephone; see :meth:`ivr.telephony.rest.TwilioRest.call`."""
        if call.own_number is None:
            raise DiallingError("ring an agent: the number of ours that was called is not known")
        leg = f"{call.here}/twilio/agent/{call.call_sid}/{attempt.number}"
        return self._rest.call(
            attempt.phone, call.own_number, url=leg, status_url=f"{leg}/status", ring_s=self._ring_s
        )

    def hang_up(self, leg_sid: str) -> None:
        """End an agent's call."""
        self._rest.end(leg_sid)

    def fetch(self, call: Rung) -> None:
        """Let the caller's call ask what comes next."""
        self._rest.redirect(call.call_sid, waiting_url(call.here, call.language))


def waiting_url(here: str, language: str, heard: int = 0) -> str:
    """Where a waiting caller's call asks what comes next.

    Args:
        here: How the carrier reaches this server.
        language: The caller's; kept in the address, for a server that was restarted.
        heard: How often they were told how things stand.
    """
    return f"{here}/twilio/waiting?language={language}&heard={heard}"


def rest_of(settings: Settings) -> TwilioRest | None:
    """The carrier's REST API; None without credentials."""
    if not settings.twilio_account_sid or not settings.twilio_auth_token:
        return None
    return TwilioRest(settings.twilio_account_sid, settings.twilio_auth_token, settings.carrier_api_url)


def make_ringing(
    settings: Settings,
    switchboard: Switchboard,
    rest: TwilioRest | None = None,
    clock: DeskClock | None = None,
    content: Callable[[], Content] | None = None,
    earlier: Callable[[datetime], Sequence[Talk]] | None = None,
) -> RingingService:
    """Make the service that rings agents' telephones.

    Args:
        settings: Agents, order, times.
        switchboard: Told of every change, for the record.
        rest: From :func:`rest_of`; None: agents are rung by ``<Dial>`` in the caller's own call.
        clock: For tests.
        content: The managers' files, the version of this moment: the agents' hours, and from which frustration on a
            call is a hard one; None: agents are always there.
        earlier: Reads the calls that agents took today, before a restart.
    """
    phones = agents_of(settings)
    dialler = TwilioDialler(rest, settings.agent_ring_s) if rest is not None and phones else None
    policy = RingPolicy(
        settings.agent_ring_order,
        float(settings.agent_ring_s),
        routing=routing_policy(settings, content() if content is not None else None),
    )
    if content is not None:
        _check_topics(phones, content())
    return RingingService(
        phones,
        dialler,
        switchboard,
        policy=policy,
        clock=clock,
        hours=(lambda: content().hours) if content is not None else Hours,
        earlier=earlier,
    )


def agents_of(settings: Settings) -> tuple[Agent, ...]:
    """Who is rung by telephone, as agents of :mod:`ivr.handoff.routing`; a telephone is always on duty."""
    return tuple(
        Agent(phone.number, phone.name or phone.number, phone.languages, phone.topics, AgentStatus.AVAILABLE)
        for phone in settings.phones
    )


def _check_topics(agents: Sequence[Agent], content: Content) -> None:
    """Say which topics are none: they would never be asked for. No error, since requests come and go."""
    for entry, agent in enumerate(agents, start=1):
        if unknown := sorted(set(agent.topics) - set(content.requests)):
            _log.warning("agent_topics_unknown", agent=entry, topics=unknown, mend="IVR_AGENTS: topics")
