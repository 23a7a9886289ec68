"""`python -m services.casework api | relay | worker | migrate`."""

from services.casework.wiring import SERVICE
from shared.platform.process import main

main(SERVICE)
