"""The worker: Faust reads the service's topics and has every event settled once (faust-recipe; ADR 2)."""

from shared.platform.inbox import Admit, Effects
from shared.platform.parts import Parts


async def run_worker(
    parts: Parts, effects: Effects, *, keys: bool = True, names: bool = False, admit: Admit | None = None
) -> None:
    """Read the topics of `effects` (and `keys`) as group `<service>` until the process is asked to stop."""
    raise NotImplementedError
