"""What comes out of a list of shelters: the rows, and the report of what was read."""

from uuid import UUID

import msgspec

from shared.contracts.transfer_facility import Received


class ListedShelter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One facility of a published list, with the fields of `FacilityListed` under the same names.

    `id` is the same for ever for one common id (a UUIDv8 of city code and 共通ID, `shared.kernel.ids.derived_id`),
    so that a second import finds the same facility. `city` and `ward` are JIS codes of five digits; `ward` is None
    where the city has none or the address names none. `same_place`: the shelter is also an emergency site at the
    same address (or the other way round, in a list of emergency sites); None where the list does not say.
    `size` is 想定収容人数, indoors where indoors and outdoors are told apart; None where the list does not say.
    """

    id: UUID
    official_id: str
    city: str
    name: str
    kind: str
    address: str | None = None
    ward: str | None = None
    latitude: float
    longitude: float
    receives: Received | None = None
    hazards: tuple[str, ...] = ()
    same_place: bool | None = None
    size: int | None = None
    extra: dict[str, str] = {}
    source: str
    licence: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, in numbers and names; `msgspec.to_builtins` gives what `import shelters --json` prints.

    `welfare` counts those that name whom they receive. `by_ward` and `by_city` go by JIS code, `none` where the
    city has no wards. Nothing is dropped in silence: columns that we do not know are kept in `extra` and named in
    `unknown_columns`; `ignored_columns` is what has no meaning beyond the file (its running number);
    `unread_wordings` are 受入対象者 from which no group could be read (the wording itself is kept); `sized` counts
    those that say for how many people they are meant, `unread_sizes` are such cells in which no number could be read;
    `without_ward` names the facilities of a city with wards whose address names none.
    """

    form: str
    encoding: str
    imported: int
    welfare: int
    by_city: dict[str, int]
    by_ward: dict[str, int]
    by_kind: dict[str, int]
    by_group: dict[str, int]
    unknown_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    unread_wordings: tuple[str, ...]
    sized: int
    unread_sizes: tuple[str, ...]
    without_ward: tuple[str, ...]
    rules: str
    source: str
    licence: str


class Parsed(msgspec.Struct, frozen=True):
    """All rows of one list, in its order, and the report."""

    rows: tuple[ListedShelter, ...]
    report: Report
