"""Folded rows → their tables: one statement for all tables, changed rows over what was there, rows that are gone away.

What a person has comes column by column, as arrays: an array of it costs PostgreSQL a third of what JSON does, and
tens of thousands of them are folded anew in an hour. Households, facilities and disasters come as JSON.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from services.casework.rows import Rows
from services.casework.tables import PROJECTED
from shared.platform.postgres import Session

_TABLES: Mapping[str, Table] = {table.name: table for table in PROJECTED}
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped


async def store_rows(
    session: Session, rows: Rows, *, persons: Collection[UUID] = (), schema: str = "public", tell: str | None = None
) -> None:
    """Store rows of these tables; of `persons`, rows that are no longer there go. `tell`: see `fold`."""
    stored = tuple(table for table, made in rows.items() if made)
    left = tuple(table for table in rows if persons and _statements(table, schema).leave)
    arguments = [values for table in stored for values in _statements(table, schema).arguments(rows[table])]
    if left:
        arguments.append(list(persons))
        arguments += [[row[_statements(table, schema).id] for row in rows[table]] for table in left]
    if arguments:
        await session.execute(_together(stored, left, schema, tell), *arguments)


@cache
def _together(stored: tuple[str, ...], left: tuple[str, ...], schema: str, tell: str | None) -> str:
    """Return one statement that stores rows of these tables, and lets rows of those leave. No row is touched twice.

    Its parameters: those of each table that is stored, the persons, and for each table that rows leave, which stay.
    """
    parts: list[str] = []
    following = 1
    for table in stored:
        statements = _statements(table, schema)
        parts.append(f"stored_{table} AS ({_numbered(statements.store, following)})")
        following += statements.parameters
    for n, table in enumerate(left, start=following + 1):
        parts.append(f"left_{table} AS ({_numbered(_statements(table, schema).leave, following, n)})")
    said = f"pg_notify('{tell}', '')" if tell else "1"
    return f"WITH {', '.join(parts)} SELECT {said}"


def _numbered(statement: str, first: int, second: int | None = None) -> str:
    """Return a statement whose parameters are called from `first` on; or its second one `second`."""

    def renamed(found: re.Match[str]) -> str:
        number = int(found[1])
        return f"${second}" if second is not None and number == 2 else f"${first + number - 1}"

    return re.sub(r"\$(\d+)", renamed, statement)


class _Statements(NamedTuple):
    """How rows of a table come and go. `leave` is empty but where one person has several."""

    id: str
    store: str
    parameters: int
    arguments: Callable[[Sequence[Mapping[str, Any]]], list[Any]]
    leave: str


@cache
def _statements(table: str, schema: str) -> _Statements:
    found = _TABLES[table]
    name = f'{schema}."{table}"'
    keys = [column.name for column in found.primary_key.columns]
    names = [f'"{column.name}"' for column in found.columns]
    by_column = "person" in found.columns
    values = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in found.columns if c.name not in keys)
    source, parameters = _columns(found) if by_column else (f"json_populate_recordset(NULL::{name}, $1::json)", 1)
    store = (
        f"INSERT INTO {name} AS known ({', '.join(names)}) SELECT {', '.join(names)} FROM {source}"  # noqa: S608 - names of our own tables
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {values} WHERE (known.*) IS DISTINCT FROM (excluded.*)"
    )
    id_ = keys[-1]
    several = by_column and id_ != "person"
    leave = f"DELETE FROM {name} WHERE person = ANY($1::uuid[]) AND {id_} <> ALL($2::uuid[])"  # noqa: S608
    return _Statements(id_, store, parameters, _arrays(found) if by_column else _json, leave if several else "")


def _json(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [msgspec.json.encode(rows).decode()]


def _arrays(table: Table) -> Callable[[Sequence[Mapping[str, Any]]], list[Any]]:
    columns = [(column.name, _is_list(column)) for column in table.columns]

    def arguments(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [
            [_literal(row[name]) for row in rows] if is_list else [row[name] for row in rows]
            for name, is_list in columns
        ]

    return arguments


def _columns(table: Table) -> tuple[str, int]:
    """Return a table of one array a column, and how many they are; a list comes as a text, since arrays do not nest."""
    types = {f'"{column.name}"': str(column.type.compile(dialect=_DIALECT)) for column in table.columns}
    lists = {f'"{column.name}"' for column in table.columns if _is_list(column)}
    arrays = [f"${n}::{'TEXT' if name in lists else types[name]}[]" for n, name in enumerate(types, start=1)]
    shown = [f"{name}::{types[name]}" if name in lists else name for name in types]
    given = f"unnest({', '.join(arrays)}) AS given({', '.join(types)})"
    return f"(SELECT {', '.join(shown)} FROM {given}) AS made", len(types)  # noqa: S608 - names of our own columns


def _is_list(column: "Column[Any]") -> bool:
    return isinstance(column.type, postgresql.ARRAY)


def _literal(members: Sequence[object]) -> str:
    """Write a list as PostgreSQL's text of an array. Its members are codes and ids: each is quoted all the same."""
    return "{" + ",".join(f'"{_quoted(str(one))}"' for one in members) + "}" if members else "{}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"') if '"' in text or "\\" in text else text
