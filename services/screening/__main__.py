"""`python -m services.screening api | relay | worker | migrate`."""

from services.screening.wiring import SERVICE
from shared.platform.process import main

main(SERVICE)
