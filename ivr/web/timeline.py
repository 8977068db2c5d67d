"""Draws a call, or one recording, as a picture over time (SVG): who spoke, how it sounded, what was decided."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, LEFT, RIGHT, TOP = 1_000, 110, 20, 34
"""Pixels: the whole picture, and the margins in which the lanes' names and the time stand."""
LANE, GAP = 44, 12
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
"""Seconds between marks of time; the first that gives at most a dozen marks is taken."""
MOST_TICKS = 12
LABEL_CHARACTERS = 60
"""Of a caller's words in a tool tip."""

COLOURS = {
    "caller": "#2b6cb0",
    "assistant": "#718096",
    "agent": "#2f855a",
    "neutral": "#cbd5e0",
    "angry": "#c53030",
    "happy": "#d69e2e",
    "sad": "#4c51bf",
    "anxious": "#b7791f",
    "frustration": "#c53030",
    "pitch": "#2b6cb0",
    "loudness": "#4a5568",
    "decision": "#1a202c",
}


@dataclass(frozen=True)
class Span:
    """Something that lasted."""

    start_ms: int
    end_ms: int
    kind: str
    """A key of :data:`COLOURS`."""
    label: str = ""


@dataclass(frozen=True)
class Mark:
    """Something that happened at one moment."""

    at_ms: int
    label: str


@dataclass(frozen=True)
class Timeline:
    """What is drawn. Everything may be empty."""

    title: str
    duration_ms: int
    speech: Sequence[Span] = ()
    pitch_hz: Sequence[tuple[int, float]] = ()
    """(ms, Hz); gaps longer than :data:`GAP_MS` are not drawn across."""
    loudness_db: Sequence[tuple[int, float]] = ()
    emotion: Sequence[Span] = ()
    frustration: Sequence[tuple[int, float]] = ()
    """(ms, 0 to 1): holds until the next."""
    decisions: Sequence[Mark] = field(default=())


GAP_MS = 120
"""Silence between two pitch values across which no line is drawn (a few frames of yin)."""


def draw(timeline: Timeline) -> str:
    """Draw a timeline.

    Returns:
        An SVG document. Everything a caller said is escaped; nothing in it runs.
    """
    lanes = [
        ("caller", _spans(timeline, _of(timeline.speech, "caller"))),
        ("assistant", _spans(timeline, [span for span in timeline.speech if span.kind != "caller"])),
        ("pitch (Hz)", _curve(timeline, timeline.pitch_hz, "pitch")),
        ("loudness (dB)", _curve(timeline, timeline.loudness_db, "loudness", broken=False)),
        ("emotion", _spans(timeline, timeline.emotion, labelled=True)),
        ("frustration", _steps(timeline)),
        ("decisions", _marks(timeline)),
    ]
    shown = [(name, body) for name, body in lanes if body]
    height = TOP + len(shown) * (LANE + GAP) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{_text(timeline.title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{_text(timeline.title)}</text>',
        *_time_marks(timeline, height),
    ]
    for index, (name, body) in enumerate(shown):
        top = TOP + index * (LANE + GAP)
        parts.append(
            f'<g transform="translate(0 {top})"><text x="{LEFT - 8}" y="{LANE / 2 + 4}" text-anchor="end" '
            f'fill="#2d3748">{_text(name)}</text>'
            f'<line x1="{LEFT}" y1="{LANE}" x2="{WIDTH - RIGHT}" y2="{LANE}" stroke="#e2e8f0"/>{body}</g>'
        )
    return "\n".join([*parts, "</svg>\n"])


def of_call(call: Mapping[str, object]) -> Timeline:
    """The timeline of a recorded call.

    Args:
        call: The JSON of ``GET /api/calls/CALLSID``.
    """
    turns = [turn for turn in _list(call.get("turns")) if isinstance(turn, dict)]
    decisions = [each for each in _list(call.get("decisions")) if isinstance(each, dict)]
    spans: list[Span] = []
    emotions: list[Span] = []
    frustration: list[tuple[int, float]] = []
    pitch: list[tuple[int, float]] = []
    loudness: list[tuple[int, float]] = []
    for turn in turns:
        start, end = _number(turn.get("start_ms")), _number(turn.get("end_ms"))
        spans.append(Span(int(start), int(end), str(turn.get("speaker")), str(turn.get("text"))))
        emotion = turn.get("emotion")
        if isinstance(emotion, dict):
            confidence = _number(emotion.get("confidence"))
            label = str(emotion.get("label"))
            emotions.append(Span(int(start), int(end), label, f"{label} {confidence:.2f}"))
        if turn.get("frustration") is not None:
            frustration.append((int(end), _number(turn.get("frustration"))))
        prosody = turn.get("prosody")
        if isinstance(prosody, dict):
            for series, name in ((pitch, "f0_median_hz"), (loudness, "energy_db")):
                if prosody.get(name) is not None:
                    series += [(at, _number(prosody[name])) for at in range(int(start), int(end) + 1, GAP_MS)]
    marks = [
        Mark(int(_number(each.get("at_ms"))), f"{each.get('action')}: {each.get('reason')}") for each in decisions
    ]
    ends = [span.end_ms for span in spans] + [mark.at_ms for mark in marks]
    title = f"{call.get('call_sid')} · {call.get('outcome')}"
    return Timeline(title, max(ends, default=0), spans, pitch, loudness, emotions, frustration, marks)


def _of(spans: Iterable[Span], kind: str) -> list[Span]:
    return [span for span in spans if span.kind == kind]


def _x(timeline: Timeline, at_ms: float) -> float:
    share = min(1.0, max(0.0, at_ms / max(1, timeline.duration_ms)))
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _spans(timeline: Timeline, spans: Sequence[Span], *, labelled: bool = False) -> str:
    drawn = []
    for span in spans:
        x = _x(timeline, span.start_ms)
        width = max(1.0, _x(timeline, span.end_ms) - x)
        colour = COLOURS.get(span.kind, "#a0aec0")
        tip = f"<title>{_text(span.label[:LABEL_CHARACTERS])}</title>" if span.label else ""
        drawn.append(f'<rect x="{x}" y="10" width="{width:.1f}" height="24" rx="3" fill="{colour}">{tip}</rect>')
        if labelled:
            drawn.append(f'<text x="{x + 2}" y="8" font-size="10" fill="#2d3748">{_text(span.label)}</text>')
    return "".join(drawn)


def _curve(timeline: Timeline, points: Sequence[tuple[int, float]], kind: str, *, broken: bool = True) -> str:
    good = [(at, value) for at, value in points if math.isfinite(value)]
    if not good:
        return ""
    low, high = min(value for _, value in good), max(value for _, value in good)
    scale = (LANE - 12) / (high - low) if high > low else 0.0
    path, last = [], None
    for at, value in good:
        y = LANE - 6 - (value - low) * scale if scale else LANE / 2
        move = last is None or (broken and at - last > GAP_MS)
        path.append(f"{'M' if move else 'L'}{_x(timeline, at)} {y:.1f}")
        last = at
    limits = f'<text x="{LEFT + 2}" y="10" font-size="9" fill="#718096">{low:.0f} to {high:.0f}</text>'
    return f'<path d="{" ".join(path)}" fill="none" stroke="{COLOURS[kind]}" stroke-width="1.5"/>{limits}'


def _steps(timeline: Timeline) -> str:
    if not timeline.frustration:
        return ""
    path, y = [f"M{_x(timeline, 0)} {LANE}"], float(LANE)
    for at, value in timeline.frustration:
        x = _x(timeline, at)
        path.append(f"L{x} {y:.1f}")
        y = LANE - min(1.0, max(0.0, value)) * (LANE - 4)
        path.append(f"L{x} {y:.1f}")
    path.append(f"L{_x(timeline, timeline.duration_ms)} {y:.1f} L{_x(timeline, timeline.duration_ms)} {LANE} Z")
    return f'<path d="{" ".join(path)}" fill="{COLOURS["frustration"]}" fill-opacity="0.35"/>'


def _marks(timeline: Timeline) -> str:
    drawn = []
    for index, mark in enumerate(timeline.decisions):
        x, y = _x(timeline, mark.at_ms), 12 + 14 * (index % 3)
        action = mark.label.split(":", 1)[0]
        shift, anchor = (-2, "end") if x > WIDTH - 120 else (2, "start")
        drawn.append(
            f'<g><line x1="{x}" y1="0" x2="{x}" y2="{LANE}" stroke="{COLOURS["decision"]}" stroke-width="0.5"/>'
            f'<text x="{x + shift}" y="{y}" font-size="10" text-anchor="{anchor}">'
            f"{_text(action)}</text>"
            f"<title>{_text(mark.label)}</title></g>"
        )
    return "".join(drawn)


def _time_marks(timeline: Timeline, height: int) -> list[str]:
    seconds = timeline.duration_ms / 1000
    every = next((tick for tick in TICKS if seconds / tick <= MOST_TICKS), TICKS[-1])
    marks = []
    for second in range(0, int(seconds) + 1, every):
        x = _x(timeline, second * 1000)
        marks.append(f'<line x1="{x}" y1="{TOP - 4}" x2="{x}" y2="{height - 26}" stroke="#edf2f7"/>')
        clock = f"{second // 60}:{second % 60:02d}"
        marks.append(f'<text x="{x}" y="{height - 10}" text-anchor="middle" fill="#718096">{clock}</text>')
    return marks


def _text(text: str) -> str:
    """Escaped, without the control characters that XML does not allow."""
    return escape("".join(each for each in text if each.isprintable() or each in "\t "), quote=True)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0
