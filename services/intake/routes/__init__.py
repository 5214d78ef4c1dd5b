"""HTTP routes of intake, one module per screenful of the API."""

from services.intake.routes.batches import batch_routes
from services.intake.routes.follow import follow_routes
from services.intake.routes.holdings import holdings_routes
from services.intake.routes.uploads import upload_routes

__all__ = ["batch_routes", "follow_routes", "holdings_routes", "upload_routes"]
