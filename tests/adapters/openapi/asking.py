"""Asks an API what its OpenAPI document allows, and what it forbids, and holds every answer against the document.

Schemathesis makes the requests out of the document; here they are given ids of what is there (a random id ends every
call at 404), ids for what is new, and the codes that an earlier answer named as allowed. Whatever an answer breaks is
collected, so that one run tells all of it. What the document forbids may be accepted all the same: a sheet is never
refused for an odd field (004), and 0 is read for false.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import strategies as some
from schemathesis import APIOperation, Case, GenerationMode, Response
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from shared.kernel.ids import seeded_id
from shared.platform.permissions import ROLES
from tests.adapters.openapi.worlds import ACTOR, WARD, Known
from tests.matrix import Token
from tests.unit.casework.told import DAY_0

Made = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]

load_all_checks()
CONFORMANCE: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
NEW_IDS = frozenset({"id", "need", "placement", "trip", "merge", "conference", "referral", "task", "Idempotency-Key"})
"""Members and headers that hold an id which the client chooses, where nothing of that name is there."""
ENDINGS = frozenset(
    {"cancel", "close", "closing", "death", "decline", "departure", "end", "fail", "forget", "merge", "withdraw"}
)
"""What leaves nothing to be asked about comes last."""
_OWN = 8
"""Of ten callers, so many may do what they ask, wherever it is."""


@dataclass
class Asking:
    """One API, asked again and again: `broken` says what it broke, `answered` how often it answered with what."""

    url: str
    document: Mapping[str, Any]
    token: Token
    known: Known
    broken: dict[str, str] = field(default_factory=dict)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    _allowed: dict[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    _made: int = 0

    def all(self, *, positive: int, negative: int) -> None:
        """Ask every operation so many times, with what it allows and with what it forbids.

        The headers of commands are read in one place for all of them, and cost as much to make up as all the rest: they
        come with a third of the requests.
        """
        with requests.Session() as session:
            for headers, share in ((False, 1.0), (True, 1 / 3)):
                for operation in self._operations(headers=headers):
                    for mode, times in ((GenerationMode.POSITIVE, positive), (GenerationMode.NEGATIVE, negative)):
                        self._each(session, operation, mode, max(1, round(times * share)))

    def _operations(self, *, headers: bool) -> Iterator[Operation]:
        """Yield the operations, with the headers of commands or without them; of those, the commands alone."""
        document = deepcopy(dict(self.document))
        for item in document["paths"].values():
            for method, operation in list(item.items()):
                operation.pop("security", None)  # every request has a token; who may, the matrix tests
                asked = operation.get("parameters", [])
                operation["parameters"] = [one for one in asked if headers or "$ref" not in one]
                if headers and operation["parameters"] == [one for one in asked if "$ref" not in one]:
                    del item[method]
        schema = schemathesis.openapi.from_dict(document)
        schema.config.generation.update(allow_extra_parameters=False)  # one that nobody knows is passed over, as ever
        read = list(schema.get_all_operations())
        found = [one.ok() for one in read if isinstance(one, Ok)]
        assert len(found) == len(read), "an operation that cannot be read"
        yield from sorted(found, key=lambda one: one.path.rpartition("/")[2] in ENDINGS)

    def _each(self, session: requests.Session, operation: Operation, mode: GenerationMode, times: int) -> None:
        @hypothesis.settings(
            max_examples=times,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(operation.as_strategy(mode), some.integers(0, 2**32))
        def ask(one: Made, seed: int) -> None:
            self._ask(session, one, random.Random(seed))

        try:
            ask()
        except hypothesis.errors.Unsatisfiable:
            assert mode == GenerationMode.NEGATIVE, f"{operation.label}: nothing can be asked"

    def _ask(self, session: requests.Session, one: Made, dice: random.Random) -> None:
        self._fill(one, dice)
        headers = {"Authorization": f"Bearer {self._caller(one, dice)}"}
        answer = one.call(self.url, session, headers)
        self._learn(one, answer)
        self.answered[one.operation.label, answer.status_code] += 1
        try:
            one.validate_response(answer, CONFORMANCE, headers=headers)
        except FailureGroup as group:
            for failure in group.exceptions:
                said = f"{one.operation.label}: {type(failure).__name__}, {answer.status_code}"
                self.broken.setdefault(said, f"{said}\n{failure}\n{one.as_curl_command()}\n{answer.text[:400]}\n")

    def _caller(self, one: Made, dice: random.Random) -> str:
        may = list(one.operation.definition.raw.get("x-roles", {}))
        able = may and dice.randrange(10) < _OWN
        return self.token(
            subject=ACTOR,
            roles=[dice.choice(may if able else ROLES)],
            wards="*" if able else [WARD],
            facilities=self.known.get("facility", ()) if able else (),
            partners=self.known.get("partner", ()) if able else (),
        )

    def _fill(self, one: Made, dice: random.Random) -> None:
        """Put ids of what is there, or new ones, and allowed codes where a request has made some up."""
        for where in ("path_parameters", "query", "headers"):
            part = getattr(one, where)
            better = {name: self._better(one, name, part[name], dice) for name in part or () if dice.random() < 0.9}
            if better:
                setattr(one, where, type(part)(**{**part, **better}))
        if isinstance(one.body, dict | list):
            one.body = self._filled(one, one.body, dice)

    def _filled(self, one: Made, value: Any, dice: random.Random) -> Any:
        match value:
            case dict():
                return {
                    name: self._filled(one, inner, dice)
                    if isinstance(inner, dict) or dice.random() < 0.2
                    else self._better(one, name, inner, dice)
                    for name, inner in value.items()
                }
            case list():
                return [self._filled(one, inner, dice) for inner in value]
            case _:
                return value

    def _better(self, one: Made, name: str, value: Any, dice: random.Random) -> Any:
        if isinstance(value, list):
            filled = [self._better(one, name, inner, dice) for inner in value]
            return self._filled(one, filled, dice) if any(isinstance(inner, dict) for inner in filled) else filled
        if not isinstance(value, str):
            return self._filled(one, value, dice)
        if name in self.known:
            there = self.known[name]
            return there[int(len(there) * dice.random() ** 2)]  # the first more often: they come further on their way
        if name in NEW_IDS:
            self._made += 1
            return str(seeded_id(DAY_0, "new", self._made))
        allowed = self._allowed.get((one.operation.label, name))
        return dice.choice(allowed) if allowed else value

    def _learn(self, one: Made, answer: Response) -> None:
        if answer.status_code == 422:
            told = answer.json()
            if isinstance(told.get("field"), str) and told.get("allowed"):
                self._allowed[one.operation.label, told["field"].rpartition(".")[2]] = list(map(str, told["allowed"]))
