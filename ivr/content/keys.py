"""The texts that the program itself asks for, whatever the requests are.

Each language that has a folder must have them all; a language without a folder is spoken to in a fallback
language (:mod:`ivr.content.render`).
"""

DIALOGUE_KEYS = (
    *("greeting", "greeting_also", "greet_known", "ask_request", "anything_else"),
    *("taken_as", "check_intent", "check_two", "check_slot", "ask_change", "corrected", "not_done", "keys_yes_no"),
    *("resume", "next_wish", "starting_over", "hold_on", "pace_slower", "pace_faster", "speaking_up"),
    *("language_switched", "identity_mismatch", "more_digits", "wrong_length", "backend_down"),
    *("offer_agent", "offer_callback", "keys_offer_agent", "menu_intro", "menu_agent"),
    *("no_input_1", "no_input_2", "no_match_1", "no_match_2"),
    *("person_needed", "handing_over", "handing_over_sorry"),
    *("callback_closed", "callback_outside", "callback_propose", "callback_at", "callback_this_number"),
    *("callback_promise", "ask_callback_time", "ask_callback_number", "keys_callback_number"),
    *("goodbye", "goodbye_silent"),
)
"""Spoken by :mod:`ivr.dialogue`."""

CALL_KEYS = ("failure", "too_busy", "time_limit", "filler_checking", "recording_notice")
"""Spoken by the call itself: something broke, no room, the call grew too long, a look-up takes long, recording."""

HANDOFF_KEYS = (
    "summary_headline",
    "summary_headline_number",
    "summary_nothing_asked",
    "summary_opening",
    "summary_opening_number",
    "summary_opening_nothing",
    "whisper_request",
    "whisper_nothing",
    "why_caller_asked",
    "why_frustration",
    "why_unknown_intent",
    "why_business_rule",
    "why_failure",
    "why_full_house",
    "why_line_lost",
    *("summary_caller_number", "summary_caller_withheld", "summary_caller_language", "summary_caller_verified"),
    *("summary_caller_proven", "summary_caller_unverified", "summary_caller_earlier", "summary_caller_new"),
    *("summary_language_ko", "summary_language_en", "summary_language_ja", "summary_language_zh"),
    *("summary_request", "summary_request_words", "summary_told", "summary_verified", "summary_not_understood"),
    *("summary_tried", "summary_tried_detail", "summary_feeling", "summary_course", "summary_turned"),
    *("summary_level_calm", "summary_level_irritated", "summary_level_upset"),
    *("summary_risk", "summary_risk_safety", "summary_risk_vulnerable", "summary_risk_legal", "summary_risk_press"),
    *("summary_opening_again", "summary_opening_again_number", "summary_opening_sorry", "summary_opening_safety"),
    "summary_opening_name",
)
"""Shown and whispered to the agent who takes over."""

DESK_KEYS = (
    *("desk_next", "desk_position", "desk_soon", "desk_expected", "desk_still", "desk_offer"),
    "desk_offer_waiting",
    *("desk_agent_lost", "desk_nobody", "desk_machine", "desk_call_back", "desk_missed", "desk_restart"),
)
"""Spoken to a caller who waits for a person, or whose talk with one broke off."""

FEELING_KEYS = ("empathy", "feelings_off", "feelings_off_kept")
"""Spoken before a reply to a caller who is upset; and to one who does not want to be judged."""

REQUIRED_KEYS = DIALOGUE_KEYS + FEELING_KEYS + CALL_KEYS + DESK_KEYS + HANDOFF_KEYS


def slot_keys(slot: str) -> tuple[str, ...]:
    """Texts that a slot needs: the question (several wordings), and the one that points to the keypad."""
    return (f"ask_{slot}", f"keys_{slot}")


def menu_key_of(intent: str) -> str:
    """Text that offers a request in the menu of keys."""
    return f"menu_{intent}"


def label_of(intent: str) -> str:
    """Text that names a request to an agent."""
    return f"label_{intent}"


def confirm_of(intent: str) -> str:
    """Text that reads a request back before it is done."""
    return f"confirm_{intent}"


def person_of(intent: str) -> str:
    """Text that says why a person does a request; there need not be one."""
    return f"person_{intent}"


def incident_of(name: str) -> str:
    """Text that tells of an incident."""
    return f"incident_{name}"


def fact_of(name: str) -> str:
    """Text that names a fact or slot to an agent; there need not be one."""
    return f"summary_fact_{name}"


def outcome_of(outcome: str) -> str:
    """Text that names an outcome, or a state, to an agent; there need not be one."""
    return f"summary_outcome_{outcome}"


def emotion_of(label: str) -> str:
    """Text that names how a voice sounds to an agent; there need not be one."""
    return f"summary_emotion_{label}"
