"""What the hotline counts and times, in Prometheus' form.

One :class:`Metrics` per application, each with a registry of its own: two applications in one process
(tests) never share a number. All its metrics are safe from any thread.
"""

from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CallState = Literal["waiting", "talking", "handing_off"]
"""``waiting``: the webhook came, the stream has not; ``talking``: with the machine; ``handing_off``: the
stream is over and a person's phone rings or is answered."""

DecodeKind = Literal["final", "speculative"]

RESPONSE_BUCKETS_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.1, 1.4, 2.0, 3.0, 5.0)
"""Seconds. Boundaries at the targets reported for a call: median 0.6, p95 1.1 (one call) and 2.0 (six), and
at 1.4, the limit of Twilio's guide for mouth-to-ear latency."""

DECODE_BUCKETS_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 6.0)
"""Seconds. Whisper ``base`` int8 takes about 0.5 on two cores; 6 is the recognizer's default deadline."""

# Known label values, so that each is there as 0 before it first happens (Prometheus' advice: a series
# that appears late hides its first increase from ``rate``).
_OUTCOMES = ("resolved", "handed_off", "abandoned", "callback", "voicemail", "failed")
_HANDOFF_REASONS = ("caller_asked", "frustration", "unknown_intent", "business_rule", "failure")

CONTENT_TYPE = CONTENT_TYPE_LATEST
"""``Content-Type`` of :meth:`Metrics.render`."""


class Metrics:
    """Every metric of one application.

    Attributes are ``prometheus_client`` metrics: ``metrics.barge_ins.inc()``,
    ``metrics.calls.labels(state="talking").inc()``, ``metrics.decode_s.labels(kind="final").observe(0.31)``.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, CPU seconds, open files (Linux)
        self.calls = Gauge("ivr_calls_live", "Calls going on, by state.", ["state"], registry=self.registry)
        self.calls_ended = Counter(
            "ivr_calls", "Calls that ended, by outcome.", ["outcome"], registry=self.registry
        )
        self.response_s = Histogram(
            "ivr_response_time_seconds",
            "From the end of the caller's speech to the first reply audio sent.",
            buckets=RESPONSE_BUCKETS_S,
            registry=self.registry,
        )
        self.decode_s = Histogram(
            "ivr_decode_seconds",
            "Time one recognition took, by kind.",
            ["kind"],
            buckets=DECODE_BUCKETS_S,
            registry=self.registry,
        )
        self.recognition_queue_depth = Gauge(
            "ivr_recognition_queue_depth", "Decodes waiting for a worker.", registry=self.registry
        )
        self.speculations_dropped = Counter(
            "ivr_speculations_dropped", "Speculative decodes given up under load.", registry=self.registry
        )
        self.decodes_refused = Counter(
            "ivr_decodes_refused", "Final decodes refused: queue full, or too late.", registry=self.registry
        )
        self.barge_ins = Counter(
            "ivr_barge_ins", "Times a caller's words stopped our voice.", registry=self.registry
        )
        self.turns_gone_on = Counter(
            "ivr_turns_gone_on",
            "Times a caller went on after a reply had been decided, which was then decided anew.",
            registry=self.registry,
        )
        self.prompts_reloaded = Counter(
            "ivr_prompts_reloads", "Changes of the prompts, by result.", ["result"], registry=self.registry
        )
        self.handoffs = Counter(
            "ivr_handoffs", "Hand-offs to a person, by reason.", ["reason"], registry=self.registry
        )
        self.frames_bad = Counter(
            "ivr_frames_bad",
            "Messages on the line that were skipped, by kind (a word chosen in code, never the caller's data).",
            ["kind"],
            registry=self.registry,
        )
        self.records_pending = Gauge(
            "ivr_records_pending", "Writes not yet in the calls' database.", registry=self.registry
        )
        for state in get_args(CallState):
            self.calls.labels(state=state)
        for kind in get_args(DecodeKind):
            self.decode_s.labels(kind=kind)
        for outcome in _OUTCOMES:
            self.calls_ended.labels(outcome=outcome)
        for result in ("taken", "refused"):
            self.prompts_reloaded.labels(result=result)
        for reason in _HANDOFF_REASONS:
            self.handoffs.labels(reason=reason)

    def frame_bad(self, kind: str) -> None:
        """Count a message on a line that was skipped."""
        self.frames_bad.labels(kind=kind).inc()

    def render(self) -> bytes:
        """Everything in Prometheus' text format, UTF-8; serve it as :data:`CONTENT_TYPE`."""
        return generate_latest(self.registry)
