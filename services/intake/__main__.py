"""`python -m services.intake api | relay | worker | migrate`."""

from services.intake.wiring import SERVICE
from shared.platform.process import main

main(SERVICE)
