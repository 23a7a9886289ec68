"""What a decision says of a person to those who receive and drive them: groups, aids, high risk, companion.

Reckoned from sheet and answers as codes; the nurse may say otherwise. Each table is data that an auditor could read.
"""

from collections.abc import Mapping
from typing import NamedTuple

from services.screening.domain.person import Known

NEED_GROUPS: Mapping[str, str] = {
    "care-3-plus": "elderly",
    "disabled": "disabled",
    "physical": "physical",
    "intellectual": "intellectual",
    "mental": "mental",
    "developmental": "developmental",
    "internal": "internal",
    "intractable": "intractable",
}
"""⑬ → 受入対象者 (004 調査票 ⑬; 001 指定の促進). 「妊産婦・乳幼児」 is told apart by age."""

AGE_GROUPS: Mapping[str, str] = {
    "0": "infants",
    "1-2": "infants",
    "3-5": "infants",
    "65-74": "elderly",
    "75-84": "elderly",
    "85-plus": "elderly",
}
"""[R] Of whom a facility says 高齢者, 乳幼児. Children of school age are no group that needs care by itself."""

ANSWER_GROUPS: Mapping[tuple[str, str], str] = {
    ("wandering", "yes"): "dementia",
    ("visual", "yes"): "visual",
    ("hearing", "yes"): "hearing",
    ("medical-care", "yes"): "medical-care",
    ("immunity", "weakened"): "ill",
    ("infection", "yes"): "ill",
    ("unstable", "yes"): "ill",
    ("maternity-infancy", "maternity"): "maternity",
    ("maternity-infancy", "newborn"): "infants",
    ("maternity-infancy", "infant"): "infants",
    ("maternity-infancy", "small-child"): "infants",
    **{("care-level", level): "elderly" for level in ("care-1", "care-2", "care-3", "care-4", "care-5", "care-3-plus")},
    **{("support-level", f"level-{n}"): "disabled" for n in range(1, 7)},
}
"""A nurse's answer → 受入対象者."""

OBSERVED_GROUPS: Mapping[str, str] = {
    "wandering": "dementia",
    "unwell": "ill",
    "fever": "ill",
    "vomiting": "ill",
    "diarrhoea": "ill",
    "short-of-breath": "ill",
    "injured": "ill",
    "bedridden": "ill",
    "weak-immunity": "ill",
}
"""What staff saw → 受入対象者."""

ANYBODY = "care-needing"
"""要配慮者: of whom nothing closer is known."""

OBSERVED_AIDS: Mapping[str, str] = {"bedridden": "stretcher"}
ANSWER_AIDS: Mapping[tuple[str, str], str] = {("wheelchair", "yes"): "wheelchair"}
WHEELCHAIRS = frozenset({"wheelchair", "electric-wheelchair"})
DEVICE = "device"

NEVER_ALONE = frozenset({"0", "1-2", "3-5"})
"""[O] Ages at which somebody rides along in any case."""

SEVERE = frozenset({"physical", "intellectual"})
"""重症心身障害: severe physical and severe intellectual disability at once [R]."""


class Profile(NamedTuple):
    """Codes of `codes.GROUP` and `codes.AID`; `high_risk`: a welfare vehicle in any case (K4-128)."""

    groups: tuple[str, ...]
    aids: tuple[str, ...]
    high_risk: bool
    companion: bool


def profile(known: Known, answers: Mapping[str, str]) -> Profile:
    """Return what a decision says of a person, as far as sheet and answers say it."""
    return Profile(
        groups_received(known, answers), _aids(known, answers), _high_risk(known, answers), _companion(known, answers)
    )


def groups_received(known: Known, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the groups by which facilities say whom they receive; the answer of the nurse beside the sheet's."""
    found = [
        *known.groups,
        *(NEED_GROUPS[need] for need in known.needs if need in NEED_GROUPS),
        *(ANSWER_GROUPS[said] for said in answers.items() if said in ANSWER_GROUPS),
        *(OBSERVED_GROUPS[seen] for seen in known.observations if seen in OBSERVED_GROUPS),
    ]
    if known.age_band in AGE_GROUPS:
        found.append(AGE_GROUPS[known.age_band])
    elif "maternity-infant" in known.needs and "infants" not in found:
        found.append("maternity")
    return tuple(dict.fromkeys(found)) or (ANYBODY,)


def _aids(known: Known, answers: Mapping[str, str]) -> tuple[str, ...]:
    found = [
        *known.aids,
        *(OBSERVED_AIDS[seen] for seen in known.observations if seen in OBSERVED_AIDS),
        *(ANSWER_AIDS[said] for said in answers.items() if said in ANSWER_AIDS and WHEELCHAIRS.isdisjoint(known.aids)),
    ]
    if known.power_needed:
        found.append(DEVICE)
    return tuple(dict.fromkeys(found))


def _high_risk(known: Known, answers: Mapping[str, str]) -> bool:
    """Ventilator or another device that keeps alive, 重症心身障害 (004 (3)①)."""
    helpless = answers.get("adl") == "full" or "bedridden" in known.observations
    return bool(known.power_needed) or DEVICE in known.aids or (helpless and set(known.needs) >= SEVERE)


def _companion(known: Known, answers: Mapping[str, str]) -> bool:
    """Whether somebody rides along: a carer who is there always or at times, whoever looks after a small child."""
    carer = answers.get("carer", known.carer)
    helped = carer in ("always", "sometimes") or answers.get("medical-carer") in ("always", "partly")
    return helped or known.age_band in NEVER_ALONE
