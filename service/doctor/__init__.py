"""Is everything that the service keeps and uses in order?"""

from service.doctor.checks import examine
from service.doctor.findings import Finding, State

__all__ = ["Finding", "State", "examine"]
