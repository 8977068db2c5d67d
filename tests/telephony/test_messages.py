"""Reading and writing Media Streams messages."""

import base64
import json

import pytest

from ivr.errors import FrameError
from ivr.telephony import messages
from ivr.telephony.messages import Connected, Dtmf, Mark, Media, Started, Stopped, parse

STREAM = "MZ" + "1" * 32
FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


def media(**changes: object) -> str:
    part = {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": base64.b64encode(b"\xff" * 160).decode()}
    return json.dumps({"event": "media", "sequenceNumber": "2", "streamSid": STREAM, "media": part | changes})


def start(**changes: object) -> str:
    part = {"streamSid": STREAM, "callSid": "CA1", "customParameters": {"a": "b"}, "mediaFormat": FORMAT}
    return json.dumps({"event": "start", "sequenceNumber": "1", "start": part | changes, "streamSid": STREAM})


def test_each_documented_message_is_read() -> None:
    assert parse('{"event":"connected","protocol":"Call","version":"1.0.0"}') == Connected("Call", "1.0.0")
    assert parse(start()) == Started(STREAM, "CA1", {"a": "b"})
    assert parse(media()) == Media(b"\xff" * 160, "inbound", 2, 1, 5)
    assert parse('{"event":"dtmf","dtmf":{"track":"inbound_track","digit":"#"}}') == Dtmf("#")
    assert parse('{"event":"mark","mark":{"name":"m 1"}}') == Mark("m 1")
    assert parse('{"event":"stop","stop":{"callSid":"CA1"}}') == Stopped()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{not json", "frame: not JSON"),
        ("[" * 60_000, "frame: not JSON"),
        ('{"event":"media","sequenceNumber":' + "9" * 5_000 + "}", "frame: not JSON"),
        ("[1]", "frame: a JSON list"),
        (b"\xff\xfe", "frame: binary, 2 bytes"),
        ("x" * 10_000_000, "frame: 10000000 characters"),
        ('{"event":"telepathy"}', "event: unknown 'telepathy'"),
        ("{}", "event: unknown"),
        ('{"event":"media"}', "media: missing"),
        (media(payload="!!!!"), "media.payload: not base64"),
        (media(payload="abc"), "media.payload: not base64"),
        (media(payload="é"), "media.payload: not base64"),
        (media(payload=""), "media.payload: missing"),
        (media(payload=7), "media.payload: missing"),
        ('{"event":"start"}', "start: missing"),
        ('{"event":"start","start":{}}', "start.streamSid: missing"),
        ('{"event":"dtmf","dtmf":{"digit":"12"}}', "dtmf.digit: '12'"),
        ('{"event":"mark","mark":{}}', "mark.name: missing"),
        ('{"event":"mark","mark":{"name":"\\ud800"}}', "mark.name: not valid text"),
    ],
)
def test_what_cannot_be_read_names_the_field(text: str | bytes, field: str) -> None:
    with pytest.raises(FrameError) as error:
        parse(text)
    assert str(error.value).startswith(field)
    assert len(str(error.value)) < 300


def test_numbers_may_come_as_numbers_and_odd_ones_are_doubted_not_refused() -> None:
    assert parse(media(chunk=7, timestamp=140)) == Media(b"\xff" * 160, "inbound", 2, 7, 140)
    read = parse(media(chunk="seven", timestamp="-20"))
    assert isinstance(read, Media)
    assert (read.chunk, read.timestamp_ms) == (None, None)
    assert [doubt.split(":")[0] for doubt in read.doubts] == ["media.chunk", "media.timestamp"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"encoding": "audio/l16"}, "start.mediaFormat.encoding"),
        ({"sampleRate": 16000}, "start.mediaFormat.sampleRate"),
        ({"channels": 2}, "start.mediaFormat.channels"),
    ],
)
def test_another_audio_format_is_told(change: dict[str, object], field: str) -> None:
    read = parse(start(mediaFormat=FORMAT | change))
    assert isinstance(read, Started)
    assert read.format_problem.startswith(field)


def test_what_we_send_is_what_twilio_documents() -> None:
    assert json.loads(messages.media(STREAM, b"\x00\xff")) == {
        "event": "media",
        "streamSid": STREAM,
        "media": {"payload": "AP8="},
    }
    assert json.loads(messages.mark(STREAM, 'a "b"')) == {
        "event": "mark",
        "streamSid": STREAM,
        "mark": {"name": 'a "b"'},
    }
    assert json.loads(messages.clear(STREAM)) == {"event": "clear", "streamSid": STREAM}
