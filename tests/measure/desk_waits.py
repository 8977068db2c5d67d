"""``python -m tests.measure.desk_waits``: what waiting callers are told, against how long they then waited."""

import statistics
import tempfile
from pathlib import Path

import click
import structlog
from sqlalchemy import select

from ivr.handoff.desk_sql import CALLS
from tests.handoff.desks import Office
from tests.handoff.shift import Dice, Shift


@click.command()
@click.option("--callers", default=300, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--arrive", default=0.12, show_default=True, help="Callers a second.")
def main(callers: int, seed: int, arrive: float) -> None:
    """Play a busy shift by dice (10 agents, nothing crashes, nobody hangs up) and compare, by its own clock."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    dice = Dice(
        arrive=arrive, answer=0.3, browse=0, decline=0.05, finish=0.035, crash=0, hang_up=0, choose=0, lock=0
    )
    told: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        shift = Shift(Office(Path(folder) / "desk.sqlite3"), seed, callers, dice, restarts_at=())
        play_second = shift.a_second

        def look() -> None:
            play_second()
            for call_sid in shift.came[-5:]:  # as soon as the desk knows their place
                expected_s = shift.office.desk.outlook(call_sid).expected_wait_s
                if call_sid not in told and expected_s is not None:
                    told[call_sid] = expected_s

        shift.a_second = look  # type: ignore[method-assign]  # listens in on a shift that has no ears
        shift.play()
        with shift.office.desk.store.reading() as connection:
            rows = connection.execute(select(CALLS.c.call_sid, CALLS.c.requested_at, CALLS.c.accepted_at)).all()
        shift.office.close()
    waited = {row.call_sid: (row.accepted_at - row.requested_at).total_seconds() for row in rows if row.accepted_at}
    pairs = [(told[each], waited[each]) for each in told if each in waited and told[each] > 0]
    errors = [actual - expected for expected, actual in pairs]
    click.echo(f"{len(pairs)} callers were told a time: median {statistics.median(t for t, _ in pairs):.0f} s")
    click.echo(f"they waited: median {statistics.median(w for _, w in pairs):.0f} s")
    click.echo(f"waited longer than told (median): {statistics.median(errors):.0f} s")
    within = sum(abs(error) <= 60 for error in errors) / len(errors)
    click.echo(f"within a minute of what was told: {within:.0%}")


if __name__ == "__main__":
    main()
