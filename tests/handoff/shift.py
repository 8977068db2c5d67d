"""A shift at the desk, played by dice: callers with little patience, agents who decline, browsers that crash."""

import random
from dataclasses import dataclass, field

from ivr.errors import DeskBusyError, DeskError
from ivr.handoff.desk_reads import Board
from ivr.handoff.recovery import recover
from ivr.handoff.types import Agent, AgentStatus, DeclineReason, HandOff, HandOffState
from tests.handoff.desks import Office

AGENTS = tuple(
    Agent(f"agent{number}", f"Agent {number}", languages)
    for number, languages in enumerate(
        [
            ("ko",),
            ("ko", "en"),
            ("ko", "ja"),
            ("ko",),
            ("en",),
            ("en", "ko"),
            ("ja", "ko"),
            ("zh",),
            ("zh", "ko"),
            (),
        ]
    )
)
LANGUAGES = ("ko", "ko", "ko", "en", "en", "ja", "zh", None)


@dataclass
class Dice:
    """Probabilities of a second, but for what says otherwise."""

    arrive: float = 0.3
    answer: float = 0.12
    """That an agent at whose desk it rings does something about it."""
    browse: float = 0.02
    """That a free agent clicks on whatever is in the list."""
    decline: float = 0.2
    """Of those who do something."""
    finish: float = 0.08
    crash: float = 0.012
    """An agent's browser dies, without a word."""
    return_: float = 0.05
    """Of an agent whose browser died, or who has gone on a break."""
    hang_up: float = 0.004
    choose: float = 0.002
    lock: float = 0.02
    """The database is locked by somebody else."""
    come_back: float = 0.6
    """Of those whose line broke with the server, once: they are on another line at the next one."""


@dataclass
class Shift:
    """Callers and agents around an :class:`Office`."""

    office: Office
    seed: int
    hand_offs: int = 200
    dice: Dice = field(default_factory=Dice)
    restarts_at: tuple[int, ...] = (120, 450)
    """Seconds after which the server dies and starts again."""
    second: int = 0
    came: list[str] = field(default_factory=list)
    crashed: set[str] = field(default_factory=set)
    locked: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.office.staff(*AGENTS)

    def play(self, longest_s: int = 4_000) -> None:
        """Play until every caller has come and nobody is on the desk any more."""
        while self.second < longest_s:
            self.second += 1
            self.office.time.go(1)
            if self.second in self.restarts_at:
                self._restart()
            for agent in AGENTS:
                if agent.id not in self.crashed:
                    self.office.desk.beat(agent.id)
            if self._happens(self.dice.lock):
                with self.office.locked():
                    self.a_second()
            else:
                self.a_second()
            if len(self.came) == self.hand_offs and not self.office.desk.board().hand_offs:
                return
        raise AssertionError(f"seed {self.seed}: not over after {longest_s} s: {self.office.desk.board()}")

    def a_second(self) -> None:
        """Let callers and agents do what the dice say, then the desk."""
        board = self.office.desk.board()
        self._callers(board)
        for agent in board.agents:
            try:
                self._agent(agent, board)
            except DeskError:
                pass  # somebody was faster: the page says so
            except DeskBusyError:
                self.locked += 1  # the page says "try again"
        try:
            self.office.desk.round()
        except DeskBusyError:
            self.locked += 1

    def _callers(self, board: Board) -> None:
        if len(self.came) < self.hand_offs and self._happens(self.dice.arrive):
            call_sid = f"CA{len(self.came):03}"
            self.came.append(call_sid)
            self.office.ring(
                call_sid,
                language=self.random.choice(LANGUAGES),
                frustration=self.random.random(),
                from_number=self.random.choice(["+821012345678", None]),
            )
        for call_sid in sorted(self.office.bridge.on_the_line):
            if self._happens(self.dice.hang_up):
                self.office.bridge.on_the_line.discard(call_sid)
                if self._happens(0.5):  # else the desk must find out by itself
                    self.office.desk.caller_gone(call_sid)
            elif self._happens(self.dice.choose):
                self.office.desk.caller_chose(call_sid, self.random.choice(["callback", "voicemail", "machine"]))

    def _agent(self, agent: Agent, board: Board) -> None:
        desk = self.office.desk
        if agent.id in self.crashed or agent.status in {AgentStatus.OFFLINE, AgentStatus.BREAK}:
            if self._happens(self.dice.return_):
                self.crashed.discard(agent.id)
                desk.enter(agent.id)
                desk.set_status(agent.id, AgentStatus.AVAILABLE)
            return
        if self._happens(self.dice.crash):
            self.crashed.add(agent.id)
            return
        held = next((each for each in board.hand_offs if each.id == agent.hand_off_id), None)
        if held is not None:
            self._with_call(agent, held)
        elif board.hand_offs and self._happens(self.dice.browse):
            self._take(self.random.choice(sorted(each.call.call_sid for each in board.hand_offs)), agent)

    def _with_call(self, agent: Agent, held: HandOff) -> None:
        desk, call_sid = self.office.desk, held.call.call_sid
        if held.state is HandOffState.OFFERED and self._happens(self.dice.answer):
            if self._happens(self.dice.decline):
                desk.decline(call_sid, agent.id, self.random.choice([DeclineReason.BUSY, DeclineReason.DECLINED]))
            else:
                self._take(call_sid, agent)
        elif held.state is HandOffState.TALKING and self._happens(self.dice.finish):
            desk.finish(call_sid, agent.id, back_to_machine=self._happens(0.1))
        elif held.state is HandOffState.TALKING and self._happens(self.dice.crash):
            desk.agent_gone(call_sid, agent.id, "socket closed")
        elif held.state is HandOffState.WRAP_UP and self._happens(0.1):
            desk.set_status(agent.id, AgentStatus.AVAILABLE)

    def _take(self, call_sid: str, agent: Agent) -> None:
        self.office.desk.accept(call_sid, agent.id)
        if self._happens(0.95):  # else the audio never comes
            self.office.desk.talking(call_sid, agent.id)

    def _restart(self) -> None:
        self.office.close()
        self.office.bridge.on_the_line.clear()
        self.office.open()
        recover(self.office.desk, self.office.records.dead, self.office.bridge.alive)
        for call in [each.call for each in self.office.desk.board().hand_offs]:
            if self._happens(self.dice.come_back):
                self.office.ring(call.call_sid, again=True, from_number=call.from_number)

    def _happens(self, probability: float) -> bool:
        return self.random.random() < probability
