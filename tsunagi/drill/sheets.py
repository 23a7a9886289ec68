"""How a household fills in its survey sheet (避難者調査票, 004): what stands on it, what is left blank."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.intake.domain.sheet import Member, Sheet
from shared.contracts.intake_household import Contact
from shared.contracts.places import Place
from tsunagi.drill import births, names
from tsunagi.drill.dice import Dice
from tsunagi.drill.families import Family, Somebody
from tsunagi.drill.profiles import drawn
from tsunagi.drill.scenario import Scenario

_ILLS = ("高血圧の薬", "糖尿病の薬", "花粉症", "ぜんそく", "コレステロールの薬", "腰痛", "胃薬を飲んでいる")
_ALLERGIES = (
    "卵アレルギー",
    "小麦アレルギー",
    "そばアレルギー",
    "乳アレルギー",
    "えび・かにアレルギー",
    "ピーナッツアレルギー",
)
_NOTES = (
    "夜は眠れていない様子",
    "毛布がほしいとのこと",
    "ペットはいない。預け先の相談なし",
    "自宅の鍵は閉めてきたとのこと",
    "携帯の充電が切れそう",
    "食料は一日分を持参",
)
_ROOMS = ("体育館", "体育館 後方", "1階 教室1", "1階 教室2", "2階 教室3", "集会室", "和室")
_NOT_TICKED = frozenset({"visual", "hearing", "dementia", "medical-care", "maternity", "infants"})
"""Groups that ⑬ does not tell apart: staff write them beside it (codes.GROUP)."""
_LOOKS = ("茶色の上着", "紺のセーター", "灰色の帽子", "白い杖なし、手提げ袋", "青いジャンパー")


class Facts(NamedTuple):
    """What the sheet is written from; `today` is the day of the quake, on which everybody has their age."""

    id: UUID
    members: tuple[UUID, ...]
    number: int
    ward_name: str
    place: Place
    today: date
    written_at: datetime
    has_car: bool
    damage: str | None


def sheet(scenario: Scenario, family: Family, facts: Facts, dice: Dice) -> Sheet:
    """Return the sheet of a family."""
    family_name = names.surname(dice)
    settings = scenario.sheets
    members = [
        _member(scenario, family, at, id_, family_name, facts.today, dice) for at, id_ in enumerate(facts.members)
    ]
    reasons, lifelines = _reasons(dice)
    return Sheet(
        id=facts.id,
        members=members,
        place=facts.place,
        ward=family.ward,
        sheet_no=f"{family.ward}-{facts.number:06}",
        written_at=None if dice.chance(settings.left_blank / 3) else facts.written_at,
        entered_on=facts.written_at.date() if facts.place.kind == "shelter" else None,
        postcode=_or_blank(names.postcode(dice), settings.left_blank, dice),
        address=_or_blank(names.address(facts.ward_name, dice), settings.left_blank, dice),
        phone=names.landline(dice) if dice.chance(0.6) else None,
        mobile=_or_blank(names.mobile(dice), 0.15, dice),
        car=names.car(dice) if facts.has_car and facts.place.kind in ("shelter", "car") else None,
        room=dice.pick(_ROOMS) if facts.place.lodging == "building" and dice.chance(0.8) else None,
        relatives=(_relative(dice),) if dice.chance(0.55) else (),
        damage=facts.damage,
        damage_other="屋根の瓦が落ちた" if facts.damage == "other" else None,
        reasons=reasons,
        lifelines=lifelines,
        reason_other="ひとりでいるのがこわい" if "other" in reasons else None,
        inquiry_consent=dice.weighted(settings.inquiry_consent),
        sharing_confirmed=dice.weighted(settings.sharing_confirmed),
        note=dice.pick(_NOTES) if dice.chance(0.3) else None,
        recorder=names.adult(dice).written if dice.chance(0.85) else None,
        written_by={"note": "staff", "sheet_no": "staff", "address": "household"} if dice.chance(0.3) else {},
    )


def _or_blank(value: str, share: float, dice: Dice) -> str | None:
    return None if dice.chance(share) else value


def _reasons(dice: Dice) -> tuple[tuple[str, ...], tuple[str, ...]]:
    reasons = dice.some(("lifelines", "aftershocks", "tidying", "supplies"), dice.between(1, 3))
    if dice.chance(0.04):
        reasons = (*reasons, "other")
    cut = dice.some(("electricity", "gas", "water", "telephone"), dice.between(1, 4)) if "lifelines" in reasons else ()
    return reasons, cut


def _relative(dice: Dice) -> Contact:
    """⑧ 親族などの連絡先."""
    return Contact(
        name=names.adult(dice).written,
        postcode=names.postcode(dice) if dice.chance(0.5) else None,
        address=names.address_elsewhere(dice),
        phone=names.mobile(dice) if dice.chance(0.7) else None,
    )


def _member(
    scenario: Scenario, family: Family, at: int, id_: UUID, family_name: names.Name, today: date, dice: Dice
) -> Member:
    somebody, blank = family.members[at], scenario.sheets.left_blank
    born = births.born(somebody.age, today, dice)
    manner = dice.weighted(scenario.sheets.births)
    own_name = somebody.relation in ("housemate", "in-law") or (somebody.relation == "parent" and dice.chance(0.3))
    name = names.full_name(names.surname(dice) if own_name else family_name, somebody.sex, born.year, dice)
    member = Member(
        id=id_,
        representative=at == 0,
        name=name.written,
        kana=_or_blank(name.kana, blank, dice),
        birth=births.written(born, manner, somebody.age),
        age=somebody.age if manner == "none" or (manner != "about" and dice.chance(0.5)) else None,
        relation=_or_blank(somebody.relation, blank, dice),
        sex=somebody.sex if dice.chance(0.4) else None,
        remarks=_remarks(dice),
        medicine_days=dice.between(0, 14) if dice.chance(somebody.age / 160) else None,
        place=_elsewhere(dice) if at > 0 and dice.chance(scenario.sheets.member_elsewhere) else None,
    )
    if family.kind == "unidentified":
        _forget_name(member, somebody, dice)
    _write_needs(member, somebody, dice)
    return member


def _remarks(dice: Dice) -> str | None:
    words = [dice.pick(table) for table, share in ((_ILLS, 0.16), (_ALLERGIES, 0.05)) if dice.chance(share)]
    return "。".join(words) or None


def _elsewhere(dice: Dice) -> Place:
    return Place(kind=dice.pick(("relatives", "home", "hospital", "unknown")))


def _forget_name(member: Member, somebody: Somebody, dice: Dice) -> None:
    """氏名不詳: nobody knows who it is; how to recognise the person stands in place of the name."""
    sex = "女性" if somebody.sex == "female" else "男性"
    member.name = member.kana = member.birth = member.relation = None
    member.age = None
    member.description = f"氏名不詳。{somebody.age // 10 * 10}代くらいの{sex}。{dice.pick(_LOOKS)}"
    member.care = True


def _write_needs(member: Member, somebody: Somebody, dice: Dice) -> None:
    for profile in somebody.profiles:
        for field, value in drawn(profile.sheet, dice).items():
            if value is not None:
                _write(member, field, value, dice)
        named = tuple(group for group in profile.groups if group in _NOT_TICKED)
        if named and dice.chance(0.8):
            _write(member, "groups", list(named), dice)
        if profile.doctor and member.doctor is None and dice.chance(0.8):
            member.doctor = Contact(name=dice.pick(names.tables().doctors), phone=names.landline(dice))
        if profile.care_manager and member.care_manager is None and dice.chance(0.75):
            member.care_manager = Contact(name=names.adult(dice).written, phone=names.mobile(dice))
            member.care_office = dice.pick(names.tables().care_offices)


def _write(member: Member, field: str, value: Any, dice: Dice) -> None:
    """Write one field; codes and remarks add to what stands there already."""
    before = getattr(member, field)
    if isinstance(value, list):
        value = tuple(dict.fromkeys((*before, *value)))
    elif field == "remarks":
        text = str(value).replace("{days}", str(dice.between(1, 5)))
        value = f"{before}。{text}" if before else text
    setattr(member, field, value)
