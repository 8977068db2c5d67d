"""Draws a call, or one recording, as a picture over time (SVG): who spoke, how it sounded, what was decided."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ivr.web.timeline_words import ENGLISH, clock, lines, place, width_of

LEAST_WIDTH, MOST_WIDTH, PIXELS_PER_S = 1_000, 6_000, 8
"""Pixels: a picture of 10 minutes is 4,930 wide, so that a turn of one second can still be told from the next."""
LEFT, RIGHT, TOP = 120, 20, 34
"""Pixels: margins in which the lanes' names, nothing, and the title stand."""
LANE, GAP = 44, 14
LINE = 18
"""Pixels between two lines of words."""
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
"""Seconds between marks of time; the first that leaves :data:`TICK_PX` between two is taken."""
TICK_PX = 70
LABEL_CHARACTERS = 300
"""Of a caller's words in a tool tip."""
GAP_MS = 120
"""Silence between two pitch values across which no line is drawn (a few frames of yin)."""

OUTLIERS = 0.02
"""Share of a curve's values at either end that may lie beyond its limits: a pitch tracker's octave errors must not
flatten the rest."""

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
    name: str
    """Short: stands in the picture where there is room."""
    label: str = ""
    """The whole of it: stands in the tool tip."""


@dataclass(frozen=True)
class Level:
    """A value that stands for a while, and where the values of that while lay."""

    start_ms: int
    end_ms: int
    value: float
    low: float | None = None
    high: float | None = None
    """Both None: not known."""


@dataclass(frozen=True)
class Timeline:
    """What is drawn. Everything may be empty."""

    title: str
    duration_ms: int
    speech: Sequence[Span] = ()
    pitch_hz: Sequence[tuple[int, float]] = ()
    """(ms, Hz), moment by moment; gaps longer than :data:`GAP_MS` are not drawn across."""
    loudness_db: Sequence[tuple[int, float]] = ()
    """(ms, dB re full scale), moment by moment."""
    pitch_levels: Sequence[Level] = ()
    """Hz, one for each turn."""
    loudness_levels: Sequence[Level] = ()
    """dB re full scale, one for each turn."""
    emotion: Sequence[Span] = ()
    frustration: Sequence[tuple[int, float]] = ()
    """(ms, 0 to 1): holds until the next."""
    decisions: Sequence[Mark] = ()
    words: str = ""
    """What was said, written out below the title."""


def draw(timeline: Timeline, words: Mapping[str, str] = ENGLISH) -> str:
    """Draw a timeline.

    Args:
        timeline: What to draw.
        words: Names of the lanes, in the reader's language; see :data:`ivr.web.timeline_words.ENGLISH`.

    Returns:
        An SVG document. Everything a caller said is escaped; nothing in it runs.
    """
    return _Picture(timeline, words).svg()


class _Picture:
    """One timeline being drawn: knows how wide it is."""

    def __init__(self, timeline: Timeline, words: Mapping[str, str]) -> None:
        self._timeline = timeline
        self._words = words
        self._duration_ms = max(1, timeline.duration_ms)
        wanted = LEFT + RIGHT + PIXELS_PER_S * self._duration_ms // 1000
        self._width = min(MOST_WIDTH, max(LEAST_WIDTH, wanted))

    def svg(self) -> str:
        timeline = self._timeline
        lanes = [
            ("caller", self._spans(_of(timeline.speech, "caller"))),
            ("assistant", self._spans([span for span in timeline.speech if span.kind != "caller"])),
            ("pitch", self._curve(timeline.pitch_hz, "pitch") + self._levels(timeline.pitch_levels, "pitch")),
            (
                "loudness",
                self._curve(timeline.loudness_db, "loudness") + self._levels(timeline.loudness_levels, "loudness"),
            ),
            ("emotion", self._spans(timeline.emotion, labelled=True)),
            ("frustration", self._steps()),
            ("decisions", self._marks()),
        ]
        shown = [(name, body) for name, body in lanes if body]
        said = lines(timeline.words, self._width - LEFT - RIGHT)
        top = TOP + len(said) * LINE
        height = top + len(shown) * (LANE + GAP) + 30
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._width} {height}" width="{self._width}" '
            f'height="{height}" role="img" font-family="sans-serif" font-size="12">',
            f"<title>{_text(timeline.title)}</title>",
            f'<rect width="{self._width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="20" font-size="14" fill="#1a202c">{_text(timeline.title)}</text>',
            *(
                f'<text x="{LEFT}" y="{TOP + 6 + index * LINE}" fill="#2d3748">{_text(line)}</text>'
                for index, line in enumerate(said)
            ),
            *self._time_marks(top, height),
        ]
        for index, (name, body) in enumerate(shown):
            parts.append(
                f'<g transform="translate(0 {top + index * (LANE + GAP)})"><text x="{LEFT - 8}" '
                f'y="{LANE / 2 + 4}" text-anchor="end" fill="#2d3748">{_text(self._words.get(name, name))}</text>'
                f'<line x1="{LEFT}" y1="{LANE}" x2="{self._width - RIGHT}" y2="{LANE}" stroke="#e2e8f0"/>{body}</g>'
            )
        return "\n".join([*parts, "</svg>\n"])

    def _x(self, at_ms: float) -> float:
        share = min(1.0, max(0.0, at_ms / self._duration_ms))
        return round(LEFT + share * (self._width - LEFT - RIGHT), 1)

    def _spans(self, spans: Sequence[Span], *, labelled: bool = False) -> str:
        drawn, free_from = [], 0.0
        for span in spans:
            x = self._x(span.start_ms)
            width = max(1.0, self._x(span.end_ms) - x)
            colour, tip = COLOURS.get(span.kind, "#a0aec0"), _tip(span.label)
            drawn.append(
                f'<rect x="{x}" y="14" width="{width:.1f}" height="24" rx="3" fill="{colour}">{tip}</rect>'
            )
            begins = place(span.label, x, free_from, self._width) if labelled else None
            if begins is not None:
                free_from = begins + width_of(span.label)
                drawn.append(f'<text x="{begins}" y="10" font-size="10" fill="#2d3748">{_text(span.label)}</text>')
        return "".join(drawn)

    def _curve(self, points: Sequence[tuple[int, float]], kind: str) -> str:
        good = [(at, value) for at, value in points if math.isfinite(value)]
        if not good:
            return ""
        y_of, limits = _scale([value for _, value in good])
        path, last = [], None
        for at, value in good:
            move = last is None or at - last > GAP_MS
            path.append(f"{'M' if move else 'L'}{self._x(at)} {y_of(value):.1f}")
            last = at
        return f'<path d="{" ".join(path)}" fill="none" stroke="{COLOURS[kind]}" stroke-width="1.5"/>{limits}'

    def _levels(self, levels: Sequence[Level], kind: str) -> str:
        """A bar at each turn's value, upon a paler one over its range."""
        good = [each for each in levels if all(math.isfinite(value) for value in _values(each))]
        if not good:
            return ""
        y_of, limits = _scale([value for each in good for value in _values(each)])
        drawn = []
        for each in good:
            x = self._x(each.start_ms)
            width = max(2.0, self._x(each.end_ms) - x)
            top, bottom = y_of(max(_values(each))), y_of(min(_values(each)))
            wide, colour, tip = f'x="{x}" width="{width:.1f}"', COLOURS[kind], _tip(f"{each.value:.0f}")
            drawn.append(
                f'<rect {wide} y="{top:.1f}" height="{bottom - top:.1f}" fill="{colour}" fill-opacity="0.2">'
                f'{tip}</rect><rect {wide} y="{y_of(each.value) - 1.5:.1f}" height="3" fill="{colour}">{tip}</rect>'
            )
        return "".join(drawn) + limits

    def _steps(self) -> str:
        course = self._timeline.frustration
        if not course:
            return ""
        path, y, numbers, free_from = [f"M{self._x(0)} {LANE}"], float(LANE), [], 0.0
        for at, raw in course:
            x, value = self._x(at), min(1.0, max(0.0, raw))
            path.append(f"L{x} {y:.1f}")
            y = LANE - value * (LANE - 4)
            path.append(f"L{x} {y:.1f}")
            number = f"{value:.2f}"
            begins = place(number, x + 2, free_from, self._width)
            if begins is not None:
                free_from = begins + width_of(number)
                numbers.append(f'<text x="{begins}" y="{max(9.0, y - 3):.1f}" font-size="10">{number}</text>')
        end = self._x(self._duration_ms)
        path.append(f"L{end} {y:.1f} L{end} {LANE} Z")
        shape = f'<path d="{" ".join(path)}" fill="{COLOURS["frustration"]}" fill-opacity="0.35"/>'
        return shape + "".join(numbers)

    def _marks(self) -> str:
        drawn, free_from = [], [0.0, 0.0, 0.0]
        for mark in self._timeline.decisions:
            x = self._x(mark.at_ms)
            name = ""
            for row, free in enumerate(free_from):
                begins = place(mark.name, x + 2, free, self._width)
                if begins is not None:
                    free_from[row] = begins + width_of(mark.name) + 4
                    name = f'<text x="{begins}" y="{12 + 14 * row}" font-size="10">{_text(mark.name)}</text>'
                    break
            drawn.append(
                f'<g fill="{COLOURS["decision"]}"><line x1="{x}" y1="0" x2="{x}" y2="{LANE}" '
                f'stroke="{COLOURS["decision"]}" stroke-width="0.5"/>{name}{_tip(mark.label or mark.name)}</g>'
            )
        return "".join(drawn)

    def _time_marks(self, top: int, height: int) -> Iterator[str]:
        seconds = self._duration_ms / 1000
        room = (self._width - LEFT - RIGHT) / TICK_PX
        every = next((tick for tick in TICKS if seconds / tick <= room), TICKS[-1])
        for second in range(0, int(seconds) + 1, every):
            x = self._x(second * 1000)
            yield f'<line x1="{x}" y1="{top - 4}" x2="{x}" y2="{height - 26}" stroke="#edf2f7"/>'
            yield f'<text x="{x}" y="{height - 10}" text-anchor="middle" fill="#718096">{clock(second)}</text>'


def _scale(values: Sequence[float]) -> tuple[Callable[[float], float], str]:
    """Where in a lane a value stands, and the words that tell the lane's limits."""
    ordered = sorted(values)
    cut = int(len(ordered) * OUTLIERS)
    low, high = ordered[cut], ordered[-1 - cut]
    per_unit = (LANE - 16) / (high - low) if high > low else 0.0
    limits = f'<text x="{LEFT + 2}" y="8" font-size="9" fill="#718096">{low:.0f} – {high:.0f}</text>'

    def y_of(value: float) -> float:
        return LANE - 4 - (min(high, max(low, value)) - low) * per_unit if per_unit else LANE / 2

    return y_of, limits


def _values(level: Level) -> list[float]:
    return [value for value in (level.value, level.low, level.high) if value is not None]


def _of(spans: Iterable[Span], kind: str) -> list[Span]:
    return [span for span in spans if span.kind == kind]


def _tip(label: str) -> str:
    return f"<title>{_text(label[:LABEL_CHARACTERS])}</title>" if label else ""


def _text(text: str) -> str:
    """Escaped, without the control characters that XML does not allow."""
    return escape("".join(each for each in text if each.isprintable() or each in "\t "), quote=True)
