"""``python -m ivr call``: rings the hotline with recordings and shows the conversation."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from audio.contracts import LINE_RATE_HZ, Samples
from audio.errors import WavError
from audio.wav import read_wav, write_wav
from ivr.commands.terminal import plain, shares
from ivr.dialogue.frustration import PARTS
from ivr.errors import LineClosedError, LineError
from ivr.telephony.carrier import environment_auth_token
from ivr.telephony.simulated_line import DEFAULT_URL, SimulatedCall
from ivr.telephony.watcher import CallWatcher

EXIT_NO_ANSWER = 3
EXIT_BAD_WAV = 4
GREETING_TIMEOUT_S = 20.0
"""Longest wait for the greeting to be over."""
REPLY_TIMEOUT_S = 30.0
"""Longest wait for a reply; then the next recording is said all the same."""
QUIET_S = 1.0
"""The assistant has stopped speaking when it was quiet for this long: longer than its pauses between sentences."""


@click.command("call")
@click.argument("wavs", metavar="WAV...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Address of the hotline.")
@click.option(
    "--language",
    type=click.Choice(["auto", "ko", "en", "ja", "zh"]),
    default="auto",
    show_default=True,
    help="The language of the number dialled; auto: found by listening.",
)
@click.option("--from", "from_number", default="+821012345678", show_default=True, help="Who calls, E.164.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Keep a stereo WAV: caller left, assistant right.",
)
@click.option(
    "--stay",
    "stay_s",
    type=click.FloatRange(0, 600),
    default=4.0,
    show_default=True,
    help="Seconds to stay silent on the line after the last reply before hanging up.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end; the rest to stderr.")
def command(
    wavs: tuple[Path, ...],
    url: str,
    language: str,
    from_number: str,
    record: Path | None,
    stay_s: float,
    as_json: bool,
) -> None:
    """Ring the hotline and say each WAV in turn, once the assistant has stopped speaking.

    The way Twilio rings: webhook, then the media stream, in real time; signed when TWILIO_AUTH_TOKEN is set.
    Exit status: 0 the call ended normally, 3 no answer or dropped, 4 unreadable WAV.
    """
    try:
        recordings = [(path, read_wav(path, LINE_RATE_HZ)) for path in wavs]
    except WavError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_BAD_WAV)
    call = SimulatedCall(
        url,
        language=None if language == "auto" else language,
        from_number=from_number,
        auth_token=environment_auth_token(),
    )
    sys.exit(_Caller(call, url, as_json=as_json).converse(recordings, stay_s, record))


class _Caller:
    """Holds one conversation and shows it."""

    def __init__(self, call: SimulatedCall, url: str, *, as_json: bool) -> None:
        self._call = call
        self._as_json = as_json
        self._seen = 0
        self._watcher = CallWatcher(
            url, call.call_sid, api_token=os.environ.get("IVR_API_TOKEN"), on_event=self._show
        )

    def converse(self, recordings: list[tuple[Path, Samples]], stay_s: float, record: Path | None) -> int:
        """Ring, talk, hang up. Returns the exit status."""
        call = self._call
        self._say_line(f"ringing {call.url} as {call.call_sid}")
        try:
            call.ring()
        except LineError as error:
            click.echo(f"no answer: {str(error).removeprefix('no answer: ')}", err=True)
            return EXIT_NO_ANSWER
        self._watcher.start()
        status = 0
        try:
            self._talk(recordings, stay_s)
            status = self._part(stay_s)
        finally:
            call.hang_up()
            self._watcher.finish()
        if record is not None:
            try:
                write_wav(record, call.recording(), LINE_RATE_HZ)
            except (OSError, WavError) as error:
                click.echo(f"{record}: the recording can't be written: {error}", err=True)
                status = status or 1
        self._sum_up()
        return status

    def _talk(self, recordings: list[tuple[Path, Samples]], stay_s: float) -> None:
        call = self._call
        call.wait_reply(quiet_s=QUIET_S, timeout_s=GREETING_TIMEOUT_S)
        for path, samples in recordings:
            if call.over:
                self._say_line(f"the call is over; not said: {path}")
                continue
            self._say_line(f"says {path} ({len(samples) / LINE_RATE_HZ:.1f} s)")
            call.say(samples)
            call.wait_said(timeout_s=len(samples) / LINE_RATE_HZ + REPLY_TIMEOUT_S)
            if not call.wait_reply(quiet_s=QUIET_S, timeout_s=REPLY_TIMEOUT_S) and not call.over:
                self._say_line(f"no reply within {REPLY_TIMEOUT_S:.0f} s")
        call.wait_over(stay_s)

    def _part(self, stay_s: float) -> int:
        """Say how the call ended, and go on as Twilio would: on another stream it is stayed on once more."""
        call = self._call
        if not call.over:
            self._say_line("hangs up")
            return 0
        try:
            followed = call.follow()
        except (LineError, LineClosedError) as error:
            click.echo(f"dropped: {error}", err=True)
            return EXIT_NO_ANSWER
        words = {"hang_up": "hangs up", "person": "puts the caller through", "voicemail": "takes a message"}
        words["desk"] = "lets the caller wait for an agent on another stream"
        if followed is not None:
            self._say_line(f"the hotline {words[followed.next]}")
            if followed.next == "desk":
                call.wait_over(stay_s)
        if call.dropped:
            click.echo("dropped: the media stream broke off", err=True)
            return EXIT_NO_ANSWER
        return 0

    def _sum_up(self) -> None:
        try:
            found = self._watcher.record()
        except LineError as error:
            click.echo(str(error), err=True)
            found = {"call_sid": self._call.call_sid}
        if not self._seen:  # nothing came live: show it now
            for turn in found.get("turns") or []:
                self._show("turn", turn)
        if "outcome" in found:
            self._say_line(f"outcome: {found['outcome']}")
        if self._as_json:
            followed = self._call.followed
            moments = [
                {"kind": moment.kind, "line_ms": moment.line_ms, "detail": moment.detail}
                for moment in self._call.timeline
            ]
            found["line"] = {"followed": asdict(followed) if followed else None, "moments": moments}
            click.echo(json.dumps(found, ensure_ascii=False))

    def _say_line(self, text: str) -> None:
        click.echo(f"-- {text}", err=self._as_json)

    def _show(self, kind: str, data: Mapping[str, Any]) -> None:
        line = _describe(kind, data)
        if line:
            self._seen += 1
            click.echo(line, err=self._as_json)


def _describe(kind: str, data: Mapping[str, Any]) -> str:
    """What people are shown of one event of a call; empty for what is not shown."""
    if kind in ("turn", "went_on"):
        lines = [_describe_turn(data, went_on=kind == "went_on"), _describe_feeling(data)]
    elif kind == "decision":
        weights = data.get("contributions") or {}
        # What made the frustration stands below the turn already.
        others = [f"{name} {value:.2g}" for name, value in weights.items() if name not in PARTS]
        lines = [f"          -> {data.get('action')}: {'; '.join([str(data.get('reason') or ''), *others])}"]
    elif kind == "handoff":
        lines = [f"          -> hand-off ({data.get('reason')}): {data.get('status')}"]
    else:
        lines = []
    return "\n".join(plain(line) for line in lines if line)


def _describe_turn(turn: Mapping[str, Any], *, went_on: bool) -> str:
    parts = []
    if turn.get("response_ms") is not None:
        parts.append(f"after {turn['response_ms']} ms")
    if turn.get("intent") or turn.get("speaker") == "caller":
        confidence = turn.get("intent_confidence")
        parts.append(
            (turn.get("intent") or "not understood") + (f" {confidence:.2f}" if confidence is not None else "")
        )
    slots = turn.get("slots") or {}
    parts += [f"{name} {value}" for name, value in slots.items()]
    if turn.get("interrupted"):
        parts.append("interrupted")
    if went_on:
        parts.append("went on; what was decided before no longer holds")
    details = f"   ({', '.join(parts)})" if parts else ""
    return f"{turn.get('speaker', '?'):>9} [{turn.get('language') or '?'}] {turn.get('text', '')}{details}"


def _describe_feeling(turn: Mapping[str, Any]) -> str:
    """How a turn felt, and what made the frustration; empty when neither is known."""
    emotion, score = turn.get("emotion") or {}, turn.get("frustration")
    parts = []
    if emotion.get("label"):
        confidence = emotion.get("confidence")
        parts.append(str(emotion["label"]) + (f" {confidence:.2f}" if confidence is not None else ""))
    if score is not None:
        made = " + ".join(shares((turn.get("contributions") or {}).items()))
        parts.append(f"frustration {score:.2f}" + (f" = {made}" if made else ""))
    return f"          ~ {', '.join(parts)}" if parts else ""
