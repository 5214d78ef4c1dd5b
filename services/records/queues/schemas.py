"""What goes over the wire about queues."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.records.queues.domain import QueueName


class Queue(BaseModel):
    """What one queue holds for the caller."""

    name: QueueName
    count: int
    more: Annotated[bool, Field(description="Whether there is more than was counted")]
    since: Annotated[datetime | None, Field(description="When the oldest that was counted came")]
    due: Annotated[datetime | None, Field(description="The earliest deadline, where the work has one")]


class Queues(BaseModel):
    """The caller's queues, the empty ones too; only counts, nothing of what is in them."""

    as_of: datetime
    queues: list[Queue]
