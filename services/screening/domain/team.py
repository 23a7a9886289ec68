"""What the health team is called, and from when it stands by (004 (1)② 内容, 参考資料2 ※; K4-097)."""

from typing import NamedTuple


class Team(NamedTuple):
    """The team's name, and whether it stands by at the ward office."""

    ja: str
    en: str
    stands_by: bool


_BEFORE = Team("保健班", "health team", stands_by=False)
_STANDING_BY = Team("保健班", "health team", stands_by=True)
_RELIEF = Team("保健救護班", "health and relief team", stands_by=True)

TEAMS: dict[str, Team] = {
    "possible": _STANDING_BY,
    "onset": _STANDING_BY,
    "alert-hq": _STANDING_BY,
    "hq": _RELIEF,
    "shelters-closing": _RELIEF,
    "temporary-housing": _RELIEF,
    "after": _RELIEF,
    "over": _BEFORE,
}
"""Stage of the disaster → the team: 保健班 from 防災指令2号 on, 保健救護班 once the 災害対策本部 is set up."""


def team_at(stage: str | None) -> Team:
    """Return the team at a stage (None: no disaster is declared)."""
    return TEAMS.get(stage, _STANDING_BY) if stage is not None else _BEFORE
