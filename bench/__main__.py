"""`python -m bench`: every benchmark on a stack of its own; one JSON object on standard output."""

import argparse
import asyncio
import json
import sys

import asyncpg

from bench import machine, rebuild, registration, relay
from bench.machine import say, until
from tsunagi.stack.stack import Stack

GATES = {"registration": 0.50, "relay": 0.6, "rebuild": 0.4}
MEMORY_MIB = 180


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each side of registration runs a turn")
    parser.add_argument("--rounds", type=int, default=5, help="how many turns")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", choices=tuple(GATES), help="one of them (the relay needs rows of registration)")
    parser.add_argument("--rows", type=int, default=100_000, help="how many rows the relay sends a turn")
    parser.add_argument("--logged", type=int, default=300_000, help="how many messages the log holds that is rebuilt")
    parser.add_argument("--readable", action="store_true", help="lines for people in place of JSON")
    asked = parser.parse_args()
    result: dict[str, object] = {}
    memory: dict[str, int | None] = {}
    if asked.only != "rebuild":
        memory |= _on_the_way(asked, result)
    if asked.only in (None, "rebuild"):
        made_anew = rebuild.measure(events=asked.logged, rounds=min(asked.rounds, 3))
        result["rebuild"], memory["tsunagi rebuild"] = made_anew, made_anew["memory_mib"]
    result["memory_mib"] = memory
    result["machine"] = machine.describe()
    result["gates"] = GATES
    print(_readable(result) if asked.readable else json.dumps(result, ensure_ascii=False))
    sys.exit(0 if _passed(result, memory) else 1)


def _on_the_way(asked: argparse.Namespace, result: dict[str, object]) -> dict[str, int | None]:
    """Measure registration and relay; return the memory of every process."""
    with Stack.open(ephemeral=True, say=say) as stack:
        stack.start(("postgres", "kafka", "intake.api"))
        result["registration"] = registration.measure(
            stack, seconds=asked.seconds, rounds=asked.rounds, connections=asked.connections
        )
        if asked.only != "registration":
            result["relay"] = relay.measure(stack, rows=asked.rows, rounds=asked.rounds)
        if asked.only is None:
            stack.start(("services",))
            _drain(stack)
        return {name: seen["peak_memory_mib"] for name, seen in stack.status()["programs"].items()}


def _readable(result: dict[str, object]) -> str:
    lines = []
    for name, gate in GATES.items():
        side = result.get(name)
        if isinstance(side, dict):
            lines.append(
                f"{name:<13} {side['ours']:>9.0f}/s  beside {side['floor']:>9.0f}/s: {side['ratio']:.2f} (gate {gate})"
            )
    memory = result["memory_mib"]
    if isinstance(memory, dict):
        lines += [f"{name:<18} {most} MiB at most" for name, most in memory.items()]
    return "\n".join(lines)


def _drain(stack: Stack) -> None:
    """Let every process work off what the benchmarks made, so that its memory is seen under load."""

    async def kept() -> int:
        connection = await asyncpg.connect(stack.dsn("casework"))
        try:
            return int(await connection.fetchval("SELECT count(*) FROM timeline"))
        finally:
            await connection.close()

    last = [-1, 0]

    def quiet() -> bool:
        now = asyncio.run(kept())
        last[1] = last[1] + 1 if now == last[0] and now else 0
        last[0] = now
        return last[1] > 40

    say("all services: working off what was made")
    until("the timeline", quiet, 600)


def _passed(result: dict[str, object], memory: dict[str, int | None]) -> bool:
    good = True
    for name, gate in GATES.items():
        side = result.get(name)
        ratio = side["ratio"] if isinstance(side, dict) else None
        if ratio is not None and ratio < gate:
            say(f"{name}: {ratio} is below its gate, {gate}")
            good = False
    for name, most in memory.items():
        if name not in ("postgres", "kafka") and (most or 0) > MEMORY_MIB:
            say(f"{name}: {most} MiB, more than {MEMORY_MIB}")
            good = False
    return good


if __name__ == "__main__":
    main()
