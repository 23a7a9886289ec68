"""Whether the promises were kept: acknowledged ⊆ event stores ⊆ log ⊆ timeline, in order, nothing twice, nobody lost.

`verify(stack, acknowledged)` gathers what every part says into a scratch database and lets SQL compare it, so that a
city's events fit as well as ten do. It changes nothing.
"""

from tsunagi.verifying.report import Finding, Report
from tsunagi.verifying.verify import verify

__all__ = ["Finding", "Report", "verify"]
