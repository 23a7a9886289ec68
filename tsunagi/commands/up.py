"""`tsunagi up`: start the stack, say where it is, and keep it up until Ctrl-C; or leave it running (`--detach`)."""

import os
import shlex
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from tsunagi.commands import Folder, app
from tsunagi.commands.ending import Ended, Ending
from tsunagi.stack import layout
from tsunagi.stack.errors import StackError
from tsunagi.stack.stack import PARTS, Stack

if TYPE_CHECKING:
    from tsunagi.drill.setting import Setting


@app.command()
def up(
    *,
    folder: Folder = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it is up; `tsunagi down` stops it.")] = False,
    parts: Annotated[
        str, typer.Option(help="What to start: postgres, kafka, services, intake, intake.api …")
    ] = ",".join(PARTS),
    rate: Annotated[float | None, typer.Option(min=0.001, help="How fast a new stack's clock runs (drills).")] = None,
    epoch: Annotated[str | None, typer.Option(help="Where a new stack's clock begins (ISO 8601, with offset).")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="A new stack gets the clock of this drill; one that is there keeps its own.")
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=1, help="With --scenario: the clock for so many people, the more the slower.")
    ] = None,
    real: Annotated[bool, typer.Option("--real", help="Make a new stack in earnest, not for drills.")] = False,
    then: Annotated[
        str | None, typer.Option(help="A command of tsunagi to run once it is up, as `drill kobe`.")
    ] = None,
) -> None:
    """Start PostgreSQL, Kafka and the services on this machine; Ctrl-C stops all of them."""
    made_for = _made_for(scenario, rate, people)
    stack = _opened(folder, made_for, rate, _instant(epoch), drill=not real)
    if detach:
        _detached(stack, parts)
        return
    with Ending() as ending:
        try:
            stack.start(parts.split(","))
            _show(stack)
            _invite(stack, made_for)
            if _run_then(stack, then, ending) in _PLAYED and made_for is not None:
                _slow_down(stack)
                _invite(stack, made_for)
            _keep_up(stack, ending)
        except Ended:
            _say("\nStopping (Ctrl-C again to end at once) …")
        finally:
            _stop(stack)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _made_for(scenario: str | None, rate: float | None, people: int | None) -> "Setting | None":
    """Return what a drill asks of a new stack, and who looks at its pages."""
    if scenario is None:
        return None
    from shared.kernel.errors import NotFound
    from tsunagi.drill.setting import setting

    try:
        return setting(scenario, rate, people)
    except NotFound as unknown:
        raise typer.BadParameter(f"There is no scenario {scenario}: {unknown.details['known']}.") from unknown


def _opened(
    folder: Path | None, made_for: "Setting | None", rate: float | None, epoch: datetime | None, *, drill: bool
) -> Stack:
    """Open the stack; a new one gets the clock and the city of its drill, one that is there is taken as it is."""
    if made_for is None or layout.load((folder or layout.default_folder()).absolute()) is not None:
        return Stack.open(folder, rate=rate, epoch=epoch, drill=drill, say=_say)
    clock = made_for.clock
    return Stack.open(folder, rate=clock.rate, epoch=epoch or clock.epoch, drill=drill, city=made_for.city, say=_say)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not an instant as 2026-01-17T05:46:00+09:00") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text} needs an offset, as 2026-01-17T05:46:00+09:00")
    return instant


def _stop(stack: Stack) -> None:
    """Stop it; who cannot wait ends us, and the programs with us."""

    def at_once(_number: int, _frame: FrameType | None) -> None:
        os._exit(130)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGINT, at_once)
    if stack.is_ours:
        stack.stop()
        _say("Stopped.")


def _show(stack: Stack) -> None:
    status = stack.status()
    _say("")
    for name, url in stack.urls.items():
        if any(program.startswith(name) for program in status["programs"]):
            _say(f"  {name:<10} {url}/docs")
    _say(f"  PostgreSQL {status['postgres']}   Kafka {status['kafka']}")
    _say(f"  logs       {stack.layout.logs}")
    _say("\nUp. Ctrl-C stops it.\n")


def _invite(stack: Stack, made_for: "Setting | None") -> None:
    """Show for each role of the drill that has pages a link that signs in, once."""
    from shared.contracts.codes import ROLE
    from tsunagi.stack.links import SERVICE, sign_in_links

    if made_for is None or f"{SERVICE}.api" not in stack.status()["programs"]:
        return
    guests = made_for.guests
    _say("Sign in (each link once, within 12 hours; `tsunagi sign-in` makes more):")
    for (place, who), link in zip(guests, sign_in_links(stack, [who for _, who in guests]), strict=True):
        _say(f"  {link}  {place} {ROLE.label(who.role, 'ja')}")
    _say("")


_LOOK = 1.0
"""Real seconds between two looks at what goes on by itself."""
_TO_END = 20.0
"""Real seconds that a command has to end when the stack is about to."""
_PLAYED = (0, 1)
"""Exit codes of a drill that was played to its end, whatever it found."""


def _run_then(stack: Stack, then: str | None, ending: Ending) -> int | None:
    """Run a command of tsunagi to its end and return its exit code; None: there is none to run."""
    if not then:
        return None
    environment = os.environ | {"TSUNAGI_STACK": str(stack.folder)}
    running = subprocess.Popen([sys.executable, "-m", "tsunagi", *shlex.split(then)], env=environment)
    try:
        code = _ended(running, ending)
    except Ended as ended:
        if ended.by != signal.SIGINT:  # Ctrl-C has reached it as well
            running.terminate()
        _wait_for(running)
        raise
    if code:
        _say(f"`tsunagi {then}` ended with {code}; the stack stays up.")
    return code


def _ended(running: "subprocess.Popen[bytes]", ending: Ending) -> int:
    while True:
        try:
            return running.wait(_LOOK)
        except subprocess.TimeoutExpired:
            ending.check()


def _wait_for(running: "subprocess.Popen[bytes]") -> None:
    """Let a command that was told to end say how far it came, while the stack is still there for it."""
    try:
        running.wait(_TO_END)
    except subprocess.TimeoutExpired:
        running.kill()
    except BaseException:
        running.kill()
        raise


def _slow_down(stack: Stack) -> None:
    """Whoever looks around after the drill sees what it came to, not a day of silence every few minutes."""
    if stack.layout.kind.clock.rate != 1:
        stack.slow_down()
        _say(f"The drill is over: from {stack.status()['clock']['epoch']} on its clock goes as fast as the wall's.\n")


def _keep_up(stack: Stack, ending: Ending) -> None:
    """Stay until somebody ends us, and say what had to be started again meanwhile."""
    told: dict[str, int] = {}
    while True:
        ending.check()
        time.sleep(_LOOK)  # the supervisor has its own thread; this one only tells
        for name, program in stack.status()["programs"].items():
            if program["restarts"] > told.get(name, 0):
                told[name] = program["restarts"]
                _say(f"{name} ended by itself and is started again ({told[name]} times so far); see its log")


def _detached(stack: Stack, parts: str) -> None:
    """Start another process that keeps the stack up, and show what it says until it is ready."""
    if stack.is_running():
        _say("It is up already.")
        return
    log = stack.layout.logs / "up.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "tsunagi", "up", "--stack", str(stack.folder), "--parts", parts]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    told = 0
    try:
        while process.poll() is None and not (stack.is_running() and stack.status()["ready"]):
            told = _tell_new(log, told)
            time.sleep(0.1)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    _tell_new(log, told)
    if process.poll() is not None:
        raise StackError("It did not come up.")
    _say("Up, in the background. `tsunagi status` looks at it, `tsunagi down` stops it.")


def _tell_new(log: Path, told: int) -> int:
    text = log.read_text()
    if len(text) > told:
        print(text[told:], end="", flush=True)
    return len(text)
