"""Rows inserted by one statement arrive as they are, in whatever form their columns are sent."""

from typing import Any

import pytest
from sqlalchemy import text

from kernel.database import Database
from kernel.ids import new_id
from services.records.sql import insert_many
