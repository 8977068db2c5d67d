"""``python -m ivr eval``: recorded calls, and whether they were understood, felt and decided as expected."""

import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audio.errors import AudioError, ModelError
from ivr.errors import ConfigurationError, ContentError
from ivr.settings import load_settings

if TYPE_CHECKING:
    from ivr.evaluation.judging import Judged
    from ivr.evaluation.replaying import PlayedTurn

EXIT_FAILED = 1
EXIT_CONFIGURATION = 2
EXIT_BAD_WAV = 4
LABELLED = Path("var/labelled")
"""Where an operator's labelled recordings are looked for if nobody says."""


@click.command("eval")
@click.argument("suite", required=False, type=click.Path(path_type=Path), metavar="[SUITE.yaml | FOLDER]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per recording or group, one a line.")
@click.option(
    "--html", "html", type=click.Path(path_type=Path, dir_okay=False), help="Write a report to this file."
)
@click.option("--live", is_flag=True, help="Let declared connectors be asked; the demo shop is a fresh one.")
@click.option(
    "--fairness",
    is_flag=True,
    help="Compare false alarms and recall of anger by sex, language and corpus on the labelled recordings in "
    f"FOLDER ({LABELLED}).",
)
def command(suite: Path | None, as_json: bool, html: Path | None, live: bool, fairness: bool) -> None:
    """Play the recorded calls of SUITE.yaml and compare what came of them with what it expects.

    Exit status: 0 all came as expected, 1 a call failed, 2 the suite or the configuration is wrong, 4 a recording
    could not be read (its call has failed; the others are still played).
    """
    if fairness:
        from ivr.commands.eval_fairness import report  # noqa: PLC0415  # loads librosa, which --help can do without

        sys.exit(report(suite or LABELLED, as_json=as_json))
    if suite is None:
        raise click.UsageError("name a SUITE.yaml (docs/evaluation.md), or --fairness")
    sys.exit(_Run(as_json=as_json, html=html, live=live).over(suite))


class _Run:
    """One run over a suite."""

    def __init__(self, *, as_json: bool, html: Path | None, live: bool) -> None:
        self._as_json = as_json
        self._html = html
        self._live = live

    def over(self, suite: Path) -> int:
        """Play it. Returns the exit status."""
        # Here, not above: they load the recognizer's code, which `--help` can do without.
        from ivr.evaluation.judging import judge  # noqa: PLC0415
        from ivr.evaluation.replaying import play  # noqa: PLC0415
        from ivr.evaluation.rooms import create_rooms  # noqa: PLC0415
        from ivr.evaluation.suite import read_suite  # noqa: PLC0415

        judged: list[Judged] = []
        try:
            cases = read_suite(suite)
            self._check_folder()
            rooms = create_rooms(load_settings(), live=self._live)
            for case in cases:
                judged.append(judge(play(case, rooms)))
                self._tell(judged[-1])
            self._conclude(suite, judged)
        except (ConfigurationError, ContentError, ModelError, AudioError) as error:
            click.echo(str(error), err=True)
            return EXIT_CONFIGURATION
        if any(turn.error for each in judged for turn in each.call.turns):
            return EXIT_BAD_WAV
        return EXIT_FAILED if not all(each.passed for each in judged) else 0

    def _check_folder(self) -> None:
        """Before minutes of playing, not after.

        Raises:
            ConfigurationError: the report has nowhere to go.
        """
        if self._html is not None and not self._html.absolute().parent.is_dir():
            raise ConfigurationError(f"{self._html}: there is no such folder to write the report to")

    def _tell(self, judged: "Judged") -> None:
        """One call, as soon as it is played."""
        if self._as_json:
            for document in documents(judged):
                click.echo(json.dumps(document, ensure_ascii=False))
            return
        click.echo(f"{'passed' if judged.passed else 'FAILED'}  {judged.call.case.name}")
        for check in judged.failures:
            click.echo(f"        {check}")

    def _conclude(self, suite: Path, judged: "list[Judged]") -> None:
        """The whole suite.

        Raises:
            ConfigurationError: the report can't be written.
        """
        from ivr.evaluation.page import page  # noqa: PLC0415
        from ivr.evaluation.summary import summarise  # noqa: PLC0415

        summary = summarise(judged)
        if self._html is not None:
            report = page(suite, judged, summary, dt.datetime.now().astimezone())
            try:
                self._html.write_text(report, encoding="utf-8")
            except OSError as error:
                problem = f"{self._html}: the report can't be written ({error.strerror or error})"
                raise ConfigurationError(problem) from error
        lines = [f"{summary.passed} of {summary.calls} calls passed; {summary.turns} recordings heard"]
        lines += [f"  {area:<11} {passed} of {count} as expected" for area, passed, count in summary.checks]
        lines += [
            f"  {speed.step:<11} median {speed.median_ms:.0f} ms, 95 % within {speed.p95_ms:.0f} ms"
            for speed in summary.speeds
        ]
        click.echo("\n".join(lines), err=self._as_json)


def documents(judged: "Judged") -> Sequence[Mapping[str, object]]:
    """One JSON object for each recording of a call, in the order said; the last one holds the call's result.

    They have the keys of ``listen --json``, ``frustration`` being that of the call so far, and more.
    """
    call = judged.call
    found: list[Mapping[str, object]] = []
    said = [(number, turn) for number, turn in enumerate(call.turns, 1) if turn.turn.wav is not None]
    for number, turn in said:
        failures = [str(check) for check in judged.failures if check.turn == number]
        document: dict[str, object] = {**_heard(turn), "call": call.case.name, "turn": number, "failures": failures}
        if number == said[-1][0]:
            document["result"] = {
                "passed": judged.passed,
                "failures": [str(check) for check in judged.failures],
                "language": call.language,
                "outcome": call.outcome,
                "handoff": call.handoff,
                "actions": [str(step.decision.action) for step in call.steps],
            }
        found.append(document)
    return found


def _heard(turn: "PlayedTurn") -> Mapping[str, object]:
    from ivr.commands.listen import Heard, as_document  # noqa: PLC0415

    path, hearing = turn.turn.wav or Path(), turn.hearing
    if turn.error is not None:
        return {"file": str(path), "error": turn.error}
    if hearing is None:
        return {"file": str(path), "unsaid": True}
    recognition, voice, mood = hearing.recognition, hearing.voice, turn.frustration
    heard = Heard(
        hearing.duration_ms,
        text=recognition.text if recognition else "",
        language=recognition.language if recognition else None,
        speech_rate=voice.speech_rate if voice else None,
        prosody=voice.prosody if voice else None,
        emotion=voice.emotion if voice else None,
        frustration=mood.score if mood else None,
        meaning=turn.meaning,
    )
    return {
        **as_document(path, heard),
        "contributions": {name: round(value, 3) for name, value in mood.contributions.items()} if mood else {},
        "actions": [str(step.decision.action) for step in turn.steps],
        "reasons": [step.decision.reason for step in turn.steps],
        "reply": " ".join(step.words for step in turn.steps if step.words),
        "decode_ms": round(hearing.decode_ms),
        "understand_ms": round(turn.understand_ms, 1),
        "decide_ms": round(turn.decide_ms, 1),
        "response_ms": round(turn.response_ms),
    }
