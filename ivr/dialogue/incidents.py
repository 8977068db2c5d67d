"""What callers must be told before they ask: once a call, with the greeting or the requests it is about."""

from dataclasses import replace

from ivr.content.keys import incident_of
from ivr.content.types import Content, Incident
from ivr.dialogue.types import DialogueState, Say


def incidents_of(
    state: DialogueState, content: Content, intent: str | None = None
) -> tuple[DialogueState, tuple[Say, ...]]:
    """What must be told now.

    Args:
        state: The conversation so far: nothing is told twice.
        content: The incidents.
        intent: The request that begins; None: the greeting.
    """
    say: tuple[Say, ...] = ()
    for incident in content.incidents:
        wanted = intent in incident.requests if intent is not None else not incident.requests
        if wanted and incident.name not in state.told and _goes_on(incident, state):
            state = replace(state, told=(*state.told, incident.name))
            say = (*say, Say(incident_of(incident.name)))
    return state, say


def _goes_on(incident: Incident, state: DialogueState) -> bool:
    now = state.call.now if state.call else None
    return incident.active and (incident.until is None or now is None or now.date() <= incident.until)
