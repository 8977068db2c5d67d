"""``/api/recordings``: what is known of a call's recording, and its sound."""

import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
import structlog
from flask import Blueprint, Response

from audio.g711 import ulaw_to_samples
from ivr.errors import RecordsError
from ivr.records.audit import AuditLog
from ivr.records.recordings import Vault
from ivr.records.views import time_text
from ivr.web.answers import json_answer, problem, sound
from ivr.web.visitors import LOCAL, current_visitor

log = structlog.get_logger(__name__)

RATE_HZ = 8_000
_SIDES, _SAMPLE_BYTES = 2, 2


def blueprint(
    vault: Vault, audit: AuditLog, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Blueprint:
    """Make the routes. Who may hear what is the guard's to see to.

    Args:
        vault: The recordings.
        audit: Nobody hears a recording without an entry here.
        clock: The time, aware.
    """
    routes = Blueprint("recordings", __name__, url_prefix="/api/recordings")

    @routes.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("recordings.database_down", problem=str(error))
        return problem("the database can't be used now; try again in a moment", 503)

    @routes.get("/<call_sid>")
    def about(call_sid: str) -> Response:
        found = vault.find(call_sid)
        if found is None:
            return _unknown(call_sid)
        return json_answer(
            {
                "call_sid": found.call_sid,
                "started_at": time_text(found.started_at),
                "duration_ms": found.duration_ms,
                "notice": found.notice,
            }
        )

    @routes.get("/<call_sid>/audio")
    def audio(call_sid: str) -> Response:
        found = vault.find(call_sid)
        if found is None:
            return _unknown(call_sid)
        parts = vault.play(call_sid)
        try:
            first = next(parts)
        except (RecordsError, StopIteration) as error:
            log.error("recordings.unreadable", call_sid=call_sid, problem=str(error))  # noqa: TRY400  # told whole
            return problem("the recording can't be read; the server's log says why", 500)
        audit.require((current_visitor() or LOCAL).did("recording_heard", clock(), call_sid))
        response = sound(_wav(first, parts, found.duration_ms))
        response.content_length = len(_header(found.duration_ms)) + _data_bytes(found.duration_ms)
        return response

    return routes


def _wav(first: bytes, parts: Iterator[bytes], duration_ms: int) -> Iterator[bytes]:
    yield _header(duration_ms)
    yield _pcm(first)
    for part in parts:
        yield _pcm(part)


def _pcm(ulaw: bytes) -> bytes:
    samples = ulaw_to_samples(ulaw)
    pcm: bytes = np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes()
    return pcm


def _data_bytes(duration_ms: int) -> int:
    return duration_ms * RATE_HZ // 1000 * _SIDES * _SAMPLE_BYTES


def _header(duration_ms: int) -> bytes:
    """Of a stereo WAV file, 16 bit: the caller on the left, we on the right."""
    data_bytes, frame_bytes = _data_bytes(duration_ms), _SIDES * _SAMPLE_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, _SIDES, RATE_HZ, RATE_HZ * frame_bytes),
        *(frame_bytes, 8 * _SAMPLE_BYTES, b"data", data_bytes),
    )


def _unknown(call_sid: str) -> Response:
    return problem(f"there is no recording of call {call_sid[:64]!r}", 404)
