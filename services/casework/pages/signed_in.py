"""Who has signed in, for the top bar: of which wards or city, in which role."""

from shared.contracts.codes import ROLE
from shared.contracts.wards import city_name, ward_name
from shared.platform.access import Call
from shared.platform.permissions import ROLES

_MOST_WARDS = 3


def of_whom(call: Call) -> str:
    """Return `長田区 保健師（保健班）`, `神戸市 市災害対策本部`; more than three wards are counted."""
    role = next((one for one in ROLES if one in call.caller.roles), None)
    wards = call.caller.wards
    if wards is None:
        where = city_name(call.parts.settings.city[:5])
    elif len(wards) > _MOST_WARDS:
        where = f"{len(wards)}区"
    else:
        where = "・".join(ward_name(ward) for ward in sorted(wards))
    return f"{where} {ROLE.label(role) if role else ''}".strip()
