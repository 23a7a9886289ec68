"""docs/codes.md: every set of codes with its labels, and the fields that use it."""

from collections import defaultdict
from collections.abc import Iterator

from shared.contracts import codes
from shared.contracts.openness import OPEN
from tsunagi.docs.markdown import page, table

ABOUT = """
Codes are English words; people read their labels. The sets are open: a reader keeps a code that it does not know and
shows it as it is. A name once released keeps its meaning. Sources: 000 to 004 are the official documents;
**R** is reconstructed from them, **O** is our own; both can be replaced.
"""


def codes_page() -> str:
    """Return docs/codes.md."""
    return page("Codes", ABOUT.strip().splitlines(), [""], *(_set(one) for one in codes.ALL.values()))


def _set(one: codes.Codes) -> Iterator[str]:
    yield from (f"## {one.name}", "", one.about, "", f"Source: {one.source}.")
    used = _users()[one.name]
    if used:
        yield f"Used by {', '.join(f'`{field}`' for field in used)}."
    yield ""
    yield from table(("code", "日本語", "English"), [(f"`{code}`", label.ja, label.en) for code, label in one.items()])


def _users() -> dict[str, list[str]]:
    users: dict[str, list[str]] = defaultdict(list)
    for field, declared in OPEN.items():
        if declared.codes is not None:
            users[declared.codes].append(field)
    return users
