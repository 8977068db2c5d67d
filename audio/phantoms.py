"""Placeholder while measured thresholds are being found."""

from dataclasses import dataclass
from audio.contracts import Language

LOG_PROBABILITY_THRESHOLD = -1.0
COMPRESSION_RATIO_THRESHOLD = 2.4


@dataclass(frozen=True)
class Evidence:
    text: str
    language: Language
    average_log_probability: float
    no_speech_probability: float
    compression_ratio: float
    duration_s: float
    speech_ms: int | None = None


def looks_wrong(a: float, c: float) -> bool:
    return a < LOG_PROBABILITY_THRESHOLD or c > COMPRESSION_RATIO_THRESHOLD


def reason_to_reject(evidence: Evidence) -> str | None:
    return None


def repeats_itself(c: float) -> bool:
    return c > COMPRESSION_RATIO_THRESHOLD
