"""The scripted calls with a voice: whether upset callers reach a person when every word goes through a telephone.

``python -m tests.measure.voiced [--calls FILE ...] [--only NAME ...] [--most N] [--voices espeak|natural]
[--keep FOLDER] [--snr DB] [--verbose]``

Each turn of ``tests/feelings/calls.yaml`` and ``held_out.yaml`` is spoken, louder and faster the angrier the script
says it sounds, band-limited to 300 to 3,400 Hz, with noise on the line, through 8 kHz µ-law; then comes the real
recognizer and everything behind it. The table is that of ``tests.measure.reactions``, with 95 % intervals and the
recognizer's error. Synthetic voices know no anger: the voice is hardly heard here, and the words must do.

``espeak`` is the product's own voice; of its Korean, Japanese and Chinese a recognizer understands little.
``natural`` speaks with the voices that made ``tests/fixtures`` (requirements-voices.txt); with ``--keep`` the
recordings are kept, and another run needs no voices.
"""

import argparse
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfilt

from audio.contracts import LINE_RATE_HZ, Language, Samples
from audio.synthesis import create_synthesiser
from ivr.call.feelings import CallerFeelings
from ivr.call.languages import CallLanguage
from ivr.call.utterance import Utterance
from ivr.content.types import LANGUAGES, Content
from ivr.dialogue.types import Action, Event, HandoffReason, Heard, NothingHeard
from ivr.evaluation.conversation import PaperConversation
from ivr.evaluation.fairness import Rate
from ivr.evaluation.replaying import Rooms
from ivr.evaluation.rooms import create_rooms
from ivr.fulfilment.types import Connector
from ivr.fulfilment.types import Outcome as Found
from ivr.settings import load_settings
from tests.measure.reactions import ANSWERED, CALLS, NO, Outcome, Script, in_time, scripts, told
from tests.measure.scoring import characters, edits
from tests.voices import shape

HELD_OUT = CALLS.with_name("held_out.yaml")
CALM_VOICE = 0.3
"""How angry a voice may sound (0 to 1, as scripted) and still be spoken plainly."""
FASTER, LOUDER_DB = 0.35, 8.0
"""At a voice of 1: speed over the plain one, less 1, and level. Shouting is 10 to 20 dB above talking, of which a
telephone's automatic gain leaves part."""
_BAND: np.ndarray[tuple[int, int], np.dtype[np.float64]] = butter(
    4, [300, 3400], "bandpass", fs=LINE_RATE_HZ, output="sos"
)
"""A telephone's band (ITU-T G.712)."""

Speak = Callable[[str, Language, float], Samples]
"""Text, language and speed to 8 kHz speech."""


class Anything(Mapping[str, Connector]):
    """Connectors that prove everybody and find everything."""

    def __init__(self, content: Content) -> None:
        self._names = [request.connector for request in content.requests.values() if request.connector]
        self._proof = content.verification.connector if content.verification else None

    def __getitem__(self, name: str) -> Connector:
        return _Finds("verified" if name == self._proof else "found")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True)
class _Finds:
    outcome: str

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Found:
        return Found(self.outcome, ANSWERED)


@dataclass
class Voiced:
    """What came of a call, and how well its words were recognised."""

    outcome: Outcome
    errors: int = 0
    """Characters heard wrongly."""
    characters: int = 0


class Telephone:
    """Speaks turns into a telephone; keeps what was spoken, if it is told where."""

    def __init__(self, speak: Speak, voice: str, keep: Path | None, snr_db: float) -> None:
        self._speak = speak
        self._voice = voice
        self._keep = keep
        self._snr_db = snr_db

    def say(self, text: str, language: Language, anger: float) -> Samples:
        """One turn as the line brings it: 8 kHz. The same every time."""
        more = max(0.0, (anger - CALM_VOICE) / (1 - CALM_VOICE))
        speed = round(1 + FASTER * more, 2)
        spoken = self._spoken(text, language, speed)
        band = sosfilt(_BAND, spoken)
        loud = shape.level(np.asarray(band, np.float32), shape.SPEECH_LEVEL_DB + LOUDER_DB * more)
        seed = int(hashlib.sha256(f"{language}{text}".encode()).hexdigest()[:8], 16)
        # The noise is the line's: it does not grow with the voice. Before and after, a listening line.
        noise_db = shape.SPEECH_LEVEL_DB - self._snr_db
        padded = np.pad(loud, (LINE_RATE_HZ // 2, LINE_RATE_HZ))
        noise = np.random.default_rng(seed).standard_normal(len(padded)) * 10 ** (noise_db / 20)
        line: Samples = np.clip(padded + noise, -1.0, 1.0).astype(np.float32)
        return line

    def _spoken(self, text: str, language: Language, speed: float) -> Samples:
        if self._keep is None:
            return shape.trim(self._speak(text, language, speed))
        key = hashlib.sha256(f"{self._voice} {language} {speed} {text}".encode()).hexdigest()[:24]
        path = self._keep / f"{key}.wav"
        if not path.is_file():
            shape.save(path, shape.level(shape.trim(self._speak(text, language, speed))))
        return shape.load(path)


def play(script: Script, rooms: Rooms, telephone: Telephone) -> Voiced:
    """Play one call; offers are declined, so that the whole course is seen."""
    voiced = Voiced(Outcome(script))
    outcome, feelings = voiced.outcome, CallerFeelings()
    language = CallLanguage(script.language, settled=True)
    talk = PaperConversation(rooms.content, Anything(rooms.content), script.language)
    for turn, (text, anger) in enumerate(script.turns, 1):
        line = telephone.say(text, script.language, anger or 0.0)
        hearing, language = rooms.ears.hear_in_call(line, language, feelings.calm_voice)
        heard = hearing.recognition.text if hearing.recognition else ""
        wanted, got = characters(text, script.language), characters(heard, script.language)
        voiced.errors += edits(wanted, got)
        voiced.characters += len(wanted)
        event: Event = NothingHeard()
        if hearing.recognition is not None:
            spoken = hearing.recognition.language
            meaning = rooms.understander.understand(heard, spoken, talk.state.expecting)
            utterance = Utterance(
                hearing.recognition, meaning, hearing.voice, 0, hearing.duration_ms, hearing.speech_ms, False, False
            )
            event = Heard(meaning, feelings.of(utterance, interrupted=False, waited_ms=0))
        decisions = [step.decision for step in talk.meet(event)]
        _note(outcome, turn, talk, {each.handoff for each in decisions}, {each.action for each in decisions})
        if talk.state.ended:
            break
        if any(each.action is Action.OFFER_AGENT for each in decisions):
            talk.meet(Heard(rooms.understander.understand(NO[script.language], script.language)))
    return voiced


def _note(
    outcome: Outcome,
    turn: int,
    talk: PaperConversation,
    reasons: set[HandoffReason | None],
    actions: set[Action],
) -> None:
    """Keep what a turn came to, as ``tests.measure.reactions`` counts it."""
    mood = talk.state.mood
    outcome.course.append(mood.frustration.score)
    if HandoffReason.FRUSTRATION in reasons or (mood.offered_at is not None and mood.offered_at == mood.turns):
        outcome.upset_at = outcome.upset_at or turn
    if reasons - {None} or Action.OFFER_AGENT in actions:
        outcome.near_at = outcome.near_at or turn


def voice_of(name: str) -> Speak:
    """The voice that speaks."""
    if name == "espeak":
        synthesiser = create_synthesiser("espeak")
        return lambda text, language, speed: synthesiser.speak(text, language=language, rate=speed)
    from tests.voices import speakers

    return lambda text, language, speed: speakers.speak(
        text, language=language, voice=speakers.VOICES[language][0], speed=speed
    )


def table(played: Sequence[Voiced]) -> Iterator[str]:
    """The table, with Wilson's 95 % intervals."""
    yield "| language | upset callers near a person in time | calm calls disturbed | characters heard wrongly |"
    yield "|---|---|---|---|"
    for language in (*LANGUAGES, None):
        chosen = [each for each in played if language in (None, each.outcome.script.language)]
        if not chosen:
            continue
        sour = [each.outcome for each in chosen if each.outcome.script.turns_at is not None]
        calm = [each.outcome for each in chosen if each.outcome.script.turns_at is None]
        wrong = sum(each.errors for each in chosen) / max(1, sum(each.characters for each in chosen))
        near = told(Rate(sum(map(in_time, sour)), len(sour)))
        disturbed = told(Rate(sum(each.upset_at is not None for each in calm), len(calm)))
        yield f"| {language or 'all'} | {near} | {disturbed} | {wrong:.2f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=Path, nargs="+", default=[CALLS, HELD_OUT])
    parser.add_argument("--only", nargs="+", help="names of calls")
    parser.add_argument("--most", type=int, default=10_000, help="most calls of each language and kind")
    parser.add_argument("--voices", choices=["espeak", "natural"], default="espeak")
    parser.add_argument("--keep", type=Path, help="keeps what was spoken")
    parser.add_argument("--snr", type=float, default=25.0, help="noise below plain speech, dB")
    parser.add_argument("--verbose", action="store_true", help="print each call's course")
    options = parser.parse_args()
    rooms = create_rooms(load_settings())
    telephone = Telephone(voice_of(options.voices), options.voices, options.keep, options.snr)
    print(f"{options.voices} voices, noise {options.snr:g} dB below plain speech")
    for path in options.calls:
        seen: dict[tuple[Language, bool], int] = {}
        played = []
        for script in scripts(path):
            kind = script.language, script.turns_at is None
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > options.most or (options.only and script.name not in options.only):
                continue
            played.append(play(script, rooms, telephone))
            if options.verbose:
                _tell(played[-1])
        print(f"\n{path.name}, {len(played)} calls")
        print("\n".join(table(played)), flush=True)


def _tell(voiced: Voiced) -> None:
    each = voiced.outcome
    course = " ".join(f"{score:.2f}" for score in each.course)
    wrong = voiced.errors / max(1, voiced.characters)
    print(
        f"  {each.script.name}: turns at {each.script.turns_at}, near {each.near_at}, {wrong:.2f}: {course}",
        flush=True,
    )


if __name__ == "__main__":
    main()
