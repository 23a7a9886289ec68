"""`python -m services.transfer api | relay | worker | migrate`."""

from services.transfer.wiring import SERVICE
from shared.platform.process import main

main(SERVICE)
