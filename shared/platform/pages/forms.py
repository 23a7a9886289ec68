"""What a form of a page sent, without a library for parts and files: our forms have none."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from shared.kernel.errors import Invalid

FORM: Final = "application/x-www-form-urlencoded"
_FIELDS: Final = 200


async def read_form(request: Request) -> Mapping[str, str]:
    """Read the fields of a form, each once (the last one counts). Raises `Invalid("body.unreadable")`."""
    try:
        body = (await request.body()).decode()
        return dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True, max_num_fields=_FIELDS))
    except ValueError:
        raise Invalid("body.unreadable") from None
