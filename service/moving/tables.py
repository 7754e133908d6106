"""Every table of the service: importing this module makes `Base.metadata` know them all."""

from sqlalchemy import Table

from service.audit import models as audit
from service.captures import models as captures
from service.database import Base
from service.inspections import models as inspections
from service.lockouts import models as lockouts
from service.lots import models as lots
from service.people import models as people
from service.readings import models as readings
from service.releases import models as releases
from service.reports import models as reports
from service.retention import models as retention
from service.review import models as review
from service.sessions import models as sessions
from service.specs import models as specs
from service.stations import models as stations
from service.tablets import models as tablets
from service.webhooks import models as webhooks

_FEATURES = (
    *(audit, captures, inspections, lockouts, lots, people, readings, releases, reports, review),
    *(retention, sessions, specs, stations, tablets, webhooks),
)


def parents_first() -> list[Table]:
    """Return the tables in an order in which rows only name rows of tables before."""
    return Base.metadata.sorted_tables
