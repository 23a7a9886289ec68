"""Transfer's tables: the ledger, the master with its places, needs, placements, trips, and what is known of persons."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.platform.tables import Ledger

metadata = MetaData()
ledger = Ledger(metadata)
_INSTANT = DateTime(timezone=True)

facilities = Table(
    "facilities",
    metadata,
    Column("facility", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("operator", Text),
    Column("city", Text),
    Column("ward", Text),
    Column("address", Text),
    Column("latitude", Double),
    Column("longitude", Double),
    Column("receives", JSONB),
    Column("hazards", ARRAY(Text), nullable=False),
    Column("at_risk", ARRAY(Text), nullable=False),
    Column("same_place", Boolean),
    Column("designated", Boolean, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("invented", Boolean, nullable=False),
    Column("official_id", Text),
    Column("source", Text),
    Column("licence", Text),
    Column("extra", JSONB, nullable=False),
    Column("size", Integer),
    Column("size_invented", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text, nullable=False),
    Column("state_since", _INSTANT, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("opening_requested_at", _INSTANT),
    Column("reported_at", _INSTANT),
    Column("close_reason", Text),
    Index("facilities_list", "ward", "kind", "facility"),
    Index("facilities_kind", "kind", "state"),
)
"""The master as it stands. `steps`: step → [ok, by a deputy, when]; `reported_at`: its last news of opening, places."""

capacity = Table(
    "capacity",
    metadata,
    Column("facility", UUID, primary_key=True),
    Column("report", JSONB),
    Column("total", Integer),
    Column("reported_at", _INSTANT),
)
"""What a facility last reported of its places (None: nothing yet). Whoever changes places otherwise than by taking a
free one holds this row's lock."""

group_places = Table(
    "group_places",
    metadata,
    Column("facility", UUID, primary_key=True),
    Column("grp", Text, primary_key=True),
    Column("places", Integer, nullable=False),
)
"""The greatest number of a group. Whoever takes a place as one of it holds this row's lock: the count must not move."""

places = Table(
    "places",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("facility", UUID, nullable=False),
    Column("state", Text, nullable=False),
    Column("grp", Text),
    Column("kept_for", Text),
    Column("unscreened", Boolean, nullable=False),
    Column("reserved", Boolean, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("since", _INSTANT, nullable=False),
    Column("placement", UUID, unique=True),
    Index("places_free", "facility", "id", postgresql_where=text("placement IS NULL")),
    Index("places_facility", "facility"),
)
"""A row a place (decision 7): free, held, promised, taken; `over` is what was promised beyond a later report."""

needs = Table(
    "needs",
    metadata,
    Column("need", UUID, primary_key=True),
    Column("person", UUID, nullable=False),
    Column("household", UUID),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("screening", UUID),
    Column("exception", Text),
    Column("destination", Text, nullable=False),
    Column("groups", ARRAY(Text), nullable=False),
    Column("aids", ARRAY(Text), nullable=False),
    Column("high_risk", Boolean, nullable=False),
    Column("companion", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("emergency_admission", Boolean, nullable=False),
    Column("admission_kind", Text),
    Column("interim", Text),
    Column("straight_from_home", Boolean, nullable=False),
    Column("place_kind", Text, nullable=False),
    Column("place", UUID),
    Column("state", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("reason", Text),
    Column("decided_at", _INSTANT, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("since", _INSTANT, nullable=False),
    Index("needs_list", "state", "opened_at", "need"),
    Index("needs_person", "person"),
    Index("needs_live", "person", unique=True, postgresql_where=text("state NOT IN ('met', 'ended')")),
)
"""Who is to be moved: open, asked, accepted, waitlisted, met, ended. At most one live need a person. Its row's lock is
the first that any command on the need, its placements or trips takes."""

placements = Table(
    "placements",
    metadata,
    Column("placement", UUID, primary_key=True),
    Column("need", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("facility", UUID, nullable=False),
    Column("ward", Text),
    Column("state", Text, nullable=False),
    Column("grp", Text),
    Column("held", Boolean, nullable=False),
    Column("rank", Integer),
    Column("chosen", Text, nullable=False),
    Column("choice_reason", Text),
    Column("asked_by", Text),
    Column("until", _INSTANT, nullable=False),
    Column("asked_at", _INSTANT, nullable=False),
    Column("answered_at", _INSTANT),
    Column("channel", Text),
    Column("said_by", Text),
    Column("conditions", ARRAY(Text), nullable=False),
    Column("from_time", _INSTANT),
    Column("lacks", ARRAY(Text), nullable=False),
    Column("reason", Text),
    Column("arrived_at", _INSTANT),
    Column("ended_at", _INSTANT),
    Index("placements_need", "need"),
    Index("placements_person", "person"),
    Index("placements_facility", "facility", "state"),
    Index("placements_list", "state", "asked_at", "placement"),
)
"""Requests and what they came to. `channel`, `said_by`: by which way the answer came, and whose word it was."""

trips = Table(
    "trips",
    metadata,
    Column("trip", UUID, primary_key=True),
    Column("placement", UUID, nullable=False),
    Column("need", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("ward", Text),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("vehicle", Text, nullable=False),
    Column("partner", Text),
    Column("until", _INSTANT),
    Column("planned_at", _INSTANT, nullable=False),
    Column("pick_up_at", _INSTANT),
    Column("from_place", UUID),
    Column("to_facility", UUID, nullable=False),
    Column("passengers", Integer, nullable=False),
    Column("aids", ARRAY(Text), nullable=False),
    Column("companion", Boolean, nullable=False),
    Column("high_risk", Boolean, nullable=False),
    Column("reason", Text),
    Column("wanted_at", _INSTANT, nullable=False),
    Column("since", _INSTANT, nullable=False),
    Index("trips_list", "state", "wanted_at", "trip"),
    Index("trips_partner", "partner", "state"),
    Index("trips_person", "person"),
    Index(
        "trips_live",
        "placement",
        unique=True,
        postgresql_where=text("state IN ('planned', 'offered', 'accepted', 'started', 'picked-up')"),
    ),
)
"""Drives; at most one live drive a placement. `wanted_at` is when the drive was first asked for."""

partners = Table(
    "partners",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("vehicles", ARRAY(Text), nullable=False),
    Column("wards", ARRAY(Text), nullable=False),
    Column("facility", UUID),
    Column("agreement", Text),
    Column("agreed_on", Text),
    Column("phone", Text),
    Column("active", Boolean, nullable=False),
)
"""Who drives, under which agreement (K4-130, K4-133): configuration of the city, no events."""

persons = Table(
    "persons",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("household", UUID),
    Column("ward", Text),
    Column("disaster", UUID),
    Column("presence", Text, nullable=False),
    Column("since", _INSTANT, nullable=False),
    Column("place_kind", Text, nullable=False),
    Column("place", UUID),
    Column("age_band", Text, nullable=False),
    Column("communication", ARRAY(Text), nullable=False),
    Column("urgent", Boolean, nullable=False),
)
"""What transfer knows of a person from intake's and screening's events: where they are, how to be understood."""

aliases = Table(
    "aliases",
    metadata,
    Column("merge", UUID, primary_key=True),
    Column("one", UUID, nullable=False, index=True),
    Column("other", UUID, nullable=False, index=True),
    Column("kept", UUID, nullable=False),
)
"""Registrations that are one person."""

decisions = Table(
    "decisions",
    metadata,
    Column("event", UUID, primary_key=True),
    Column("person", UUID, nullable=False, index=True),
    Column("topic", Text, nullable=False),
    Column("key", UUID, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
)
"""Nurses' decisions as they came, words still sealed: a request carries the condition to the facility (K4-115)."""
