"""The services of the system as data: name, application, settings of its own."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One process of the system."""

    name: str
    factory: str
    """`module:function` for `python -m kernel.serve`."""


SERVICES = (
    Service("records", "services.records.app:create_app"),
    Service("intake", "services.intake.app:create_app"),
    Service("imaging", "services.imaging.app:create_app"),
    Service("ocr", "services.ocr.app:create_app"),
    Service("reporting", "services.reporting.app:create_app"),
    Service("gateway", "gateway.app:create_app"),
)
"""In the order of starting; they are stopped in the reverse order."""

DEMONSTRATION_UNITS = ("941", "943")
"""Districts that get an agent key at the first start."""
