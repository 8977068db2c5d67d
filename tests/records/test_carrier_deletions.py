"""Messages that the carrier keeps are deleted there, and asked for until it has done so."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.commands.forget import command as forget_command
from ivr.commands.retention import command as retention_command
from ivr.errors import DiallingError
from ivr.records.audit import AuditLog
from ivr.records.carrier_deletions import MOST_FAILURES, carry_out, sid_of, waiting
from ivr.records.recordings import Vault
from ivr.records.retention import Keep, RetentionJob
from ivr.records.store import Store
from ivr.telephony import rest as rest_module
from ivr.telephony.rest import TwilioRest
from tests.records.person import LONG_AGO, call, everything
from tests.telephony.twilio_api import ACCOUNT, SECRET, FakeTwilio, fake_twilio

NUMBER = "+821012345678"
DAY = timedelta(days=1)
KEEP = Keep(recordings=30 * DAY, transcripts=90 * DAY, signs=60 * DAY, audit=365 * DAY)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with fake_twilio() as twilio:
        twilio.recordings |= {"RECA1": b"RIFF....", "RECA2": b"RIFF....", "RECA9": b"RIFF...."}
        yield twilio


@pytest.fixture
def operator(database: Path, tmp_path: Path, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> "Operator":
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rest_module, "BACKOFF_S", ())
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("IVR_RECORDINGS_DIR", str(tmp_path / "recordings"))
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", SECRET)
    monkeypatch.setenv("IVR_CARRIER_API_URL", twilio.url)
    return Operator()


class Operator:
    """Types the commands."""

    def forget(self) -> Result:
        return CliRunner().invoke(forget_command, ["--caller", NUMBER, "--yes"])

    def retention(self) -> Result:
        return CliRunner().invoke(retention_command, ["--now"])


def test_forgetting_a_person_deletes_their_messages_at_the_carrier(
    store: Store, vault: Vault, twilio: FakeTwilio, operator: Operator, database: Path
) -> None:
    for call_sid in ("CA1", "CA2"):
        call(store, vault, call_sid, NUMBER, LONG_AGO)
    call(store, vault, "CA9", "+821099998888", LONG_AGO)
    told = operator.forget()
    assert (told.exit_code, "deleted at the carrier: 2" in told.output) == (0, True)
    assert set(twilio.recordings) == {"RECA9"}, "other people's messages stay"
    assert waiting(store.engine) == ()
    assert "RECA1" not in everything(store, database).partition("SQLite format")[0]


def test_a_message_that_is_not_there_any_more_counts_as_deleted(
    store: Store, vault: Vault, twilio: FakeTwilio, operator: Operator
) -> None:
    twilio.recordings.clear()
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    assert operator.forget().exit_code == 0
    assert waiting(store.engine) == ()


def test_what_the_carrier_would_not_delete_is_said_and_asked_for_again(
    store: Store, vault: Vault, twilio: FakeTwilio, operator: Operator
) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    twilio.always = 503
    told = operator.forget()
    assert told.exit_code == 1
    assert "still keeps recording RECA1: delete a recording: HTTP 503" in told.output
    assert store.call("CA1") is None, "what is here is erased all the same"
    again = operator.retention()
    assert (again.exit_code, "RECA1" in again.output) == (1, True)
    twilio.always = None
    done = operator.retention()
    assert (done.exit_code, "carrier's recordings: 1" in done.output) == (0, True)
    assert set(twilio.recordings) == {"RECA2", "RECA9"}
    assert operator.forget().exit_code == 0


def test_the_server_deletes_old_messages_at_the_carrier_and_tries_again(
    store: Store, vault: Vault, twilio: FakeTwilio
) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    api = TwilioRest(ACCOUNT, SECRET, twilio.url, sleep=lambda pause_s: None, timeout_s=2)
    job = RetentionJob(
        store.engine,
        vault,
        KEEP,
        AuditLog(store.engine),
        lambda: LONG_AGO + 92 * DAY,
        delete_at_carrier=api.delete_recording,
    )
    twilio.always = 500
    first = job.round()
    assert (first["voicemails"], "carrier's recordings" in first) == (1, False)
    assert [each.recording_sid for each in waiting(store.engine)] == ["RECA1"]
    twilio.always = None
    assert job.round() == {"carrier's recordings": 1}
    assert job.round() == {}
    assert "RECA1" not in twilio.recordings


def test_messages_of_later_calls_stay_at_the_carrier(store: Store, vault: Vault, twilio: FakeTwilio) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    api = TwilioRest(ACCOUNT, SECRET, twilio.url, timeout_s=2)
    audit = AuditLog(store.engine)
    clock = lambda: LONG_AGO + 80 * DAY  # noqa: E731
    RetentionJob(store.engine, vault, KEEP, audit, clock, delete_at_carrier=api.delete_recording).round()
    assert "RECA1" in twilio.recordings
    assert twilio.asked == []


def test_a_carrier_that_is_down_is_not_asked_for_each_of_many(
    store: Store, vault: Vault, twilio: FakeTwilio
) -> None:
    for number in range(MOST_FAILURES + 2):
        call(store, vault, f"CA{number}", NUMBER, LONG_AGO)
    RetentionJob(store.engine, vault, KEEP, AuditLog(store.engine), lambda: LONG_AGO + 92 * DAY).round()
    twilio.always = 401
    api = TwilioRest(ACCOUNT, SECRET, twilio.url, timeout_s=2)
    left = carry_out(store.engine, api.delete_recording).left
    assert len(left) == MOST_FAILURES + 2
    assert len(twilio.asked) == MOST_FAILURES
    assert all("20003" in each.problem for each in left)


def test_recordings_that_are_always_refused_do_not_keep_later_ones_from_being_deleted(
    store: Store, vault: Vault
) -> None:
    refused = {f"RECA{number}" for number in range(MOST_FAILURES)}

    def delete(recording_sid: str) -> None:
        if recording_sid in refused:
            raise DiallingError("HTTP 403")

    for number in range(MOST_FAILURES + 1):
        call(store, vault, f"CA{number}", NUMBER, LONG_AGO + number * DAY)
    RetentionJob(store.engine, vault, KEEP, AuditLog(store.engine), lambda: LONG_AGO + 99 * DAY).round()
    carry_out(store.engine, delete)
    assert carry_out(store.engine, delete).done == 1
    assert {each.recording_sid for each in waiting(store.engine)} == refused


@pytest.mark.parametrize(
    ("recording_sid", "url", "known"),
    [
        ("RE1", "https://carrier.example/anything", "RE1"),
        (None, f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'a' * 32}", "RE" + "a" * 32),
        (None, f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'a' * 33}", None),
        (None, "https://carrier.example/anything", None),
    ],
)
def test_a_recordings_name_is_known_from_its_address_too(
    recording_sid: str | None, url: str, known: str | None
) -> None:
    assert sid_of(recording_sid, url) == known
