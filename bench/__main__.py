"""`python -m bench`: every benchmark, one after the other; one JSON object on standard output."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import asyncpg

from bench import latency, live, machine, rebuild, registration, relay, timeline_read
from bench.log import Begin, begin_at, ends
from bench.machine import say, until
from bench.memory import Memory
from shared.contracts.topics import KEYS
from shared.platform.lag import consumer_lag
from tsunagi.stack.layout import SERVICES
from tsunagi.stack.stack import Stack


class Bound(NamedTuple):
    """What a ratio must be (`gate`, else the run fails) and should be; `unit` is that of the two figures."""

    gate: float
    target: float | None
    unit: str
    at_most: bool = False

    def holds(self, ratio: float) -> bool:
        return ratio <= self.gate if self.at_most else ratio >= self.gate


BOUNDS: Mapping[str, Bound] = {
    "registration": Bound(0.50, None, "/s"),
    "relay": Bound(0.6, None, "/s"),
    "live": Bound(0.6, 0.95, "/s"),
    "latency": Bound(4, 2, " ms", at_most=True),
    "timeline_read": Bound(6, 3, " ms", at_most=True),
    "rebuild": Bound(0.4, 0.8, "/s"),
}

_NEEDS = {"relay": ("registration", "relay")}
"""What one of them needs of the others: the relay sends rows that registration has left."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each side of registration runs a turn")
    parser.add_argument("--rounds", type=int, default=5, help="how many turns (three where a turn is long)")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", choices=tuple(BOUNDS), help="one of them (relay brings registration with it)")
    parser.add_argument("--rows", type=int, default=100_000, help="how many rows the relay sends a turn")
    parser.add_argument("--messages", type=int, default=24_000, help="how many messages the live way works off a turn")
    parser.add_argument("--events", type=int, default=3_000_000, help="how many events are on the timeline")
    parser.add_argument("--logged", type=int, default=300_000, help="how many messages the log holds that is rebuilt")
    parser.add_argument("--readable", action="store_true", help="lines for people in place of JSON")
    asked = parser.parse_args()
    chosen = tuple(BOUNDS) if asked.only is None else _NEEDS.get(asked.only, (asked.only,))
    result: dict[str, Any] = {}
    memory = Memory()
    if chosen != ("rebuild",):
        with Stack.open(ephemeral=True, say=say) as stack, memory.watched(stack):
            result |= _run(stack, memory, asked, chosen)
    if "rebuild" in chosen:
        result["rebuild"] = rebuild.measure(events=asked.logged, rounds=min(asked.rounds, 3))
        memory.note("tsunagi rebuild", result["rebuild"]["memory_mib"])
    result["memory_mib"] = memory.most()
    result["memory_growth"] = memory.grown()
    result["machine"] = machine.describe()
    result["gates"] = {name: bound.gate for name, bound in BOUNDS.items()}
    result["targets"] = {name: bound.target for name, bound in BOUNDS.items() if bound.target is not None}
    print(_readable(result) if asked.readable else json.dumps(result, ensure_ascii=False))
    complaints = [*_missed(result), *memory.complaints()]
    for one in complaints:
        say(one)
    sys.exit(1 if complaints else 0)


def _run(stack: Stack, memory: Memory, asked: argparse.Namespace, chosen: tuple[str, ...]) -> dict[str, Any]:
    """Run what was chosen, in the order in which each finds the stack as it needs it."""
    rounds, few = asked.rounds, min(asked.rounds, 3)
    result: dict[str, Any] = {}
    stack.start(("postgres", "kafka"))
    if "registration" in chosen:
        stack.start(("intake.api",))
        with memory.even():
            result["registration"] = registration.measure(
                stack, seconds=asked.seconds, rounds=rounds, connections=asked.connections
            )
    if "relay" in chosen:
        result["relay"] = relay.measure(stack, rows=asked.rows, rounds=rounds)
    backlog = asyncio.run(ends(stack))
    if "live" in chosen:
        asyncio.run(_sweep(stack))
        result["live"] = live.measure(stack, messages=asked.messages, rounds=rounds)
    if "latency" in chosen:
        _start_all(stack, backlog)
        asyncio.run(_sweep(stack))
        with memory.even():
            result["latency"] = latency.measure(stack, seconds=4 * asked.seconds, rounds=few)
    if "timeline_read" in chosen:
        for name, seen in stack.status()["programs"].items():
            if name not in ("postgres", "kafka", "casework.api") and seen["state"] != "stopped":
                stack.process(*name.split(".")).stop()
        result["timeline_read"] = timeline_read.measure(
            stack, events=asked.events, readers=8, seconds=asked.seconds, rounds=few, even=memory.even
        )
    return result


async def _sweep(stack: Stack) -> None:
    """Have PostgreSQL clear away what earlier paths have left, lest it does so while the next one is measured."""
    for service in SERVICES:
        connection = await asyncpg.connect(stack.dsn(service, "owner"))
        try:
            await connection.execute("VACUUM (ANALYZE)")
        finally:
            await connection.close()


def _start_all(stack: Stack, backlog: Begin) -> None:
    """Start every service, and let each work off the backlog of the live way: memory is seen under load, too."""
    groups = {service: import_module(f"services.{service}.wiring").SERVICE for service in SERVICES}
    for service in SERVICES:
        if service != "casework":
            asyncio.run(begin_at(stack, service, backlog))
    stack.start(("services",))
    say("all services: working off what was made")

    def lag() -> int:
        return sum(
            sum(asyncio.run(consumer_lag(stack.bootstrap, name, [*service.effects, KEYS])).values())
            for name, service in groups.items()
        )

    until("the backlog", lambda: not lag(), 300)


def _missed(result: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each gate that is missed."""
    return [
        f"{name}: {result[name]['ratio']} is {'above' if bound.at_most else 'below'} its gate, {bound.gate}"
        for name, bound in BOUNDS.items()
        if name in result and not bound.holds(result[name]["ratio"])
    ]


def _readable(result: Mapping[str, Any]) -> str:
    lines = [
        f"{name:<13} {result[name]['ours']:>9.1f}{bound.unit} beside {result[name]['floor']:>9.1f}{bound.unit}:"
        f" {result[name]['ratio']:.2f} (gate {bound.gate:g}" + (f", target {bound.target:g})" if bound.target else ")")
        for name, bound in BOUNDS.items()
        if name in result
    ]
    grown: Mapping[str, float] = result["memory_growth"]
    for name, most in result["memory_mib"].items():
        lines.append(f"{name:<18} {most:>4} MiB at most" + (f", grown by {grown[name]:g}" if name in grown else ""))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
