"""Settings of the OCR service, from the environment."""

import os
from pathlib import Path

from pydantic import Field, field_validator

from kernel.settings import ServiceSettings

DEFAULT_MODEL = Path(__file__).resolve().parents[2] / "models" / "tangthu-vi-1"
DEFAULT_KEYS = DEFAULT_MODEL.parent / "keys"


class OcrSettings(ServiceSettings):
    """What every service needs, and the model pack and the processes that read."""

    ocr_model: Path | None = DEFAULT_MODEL
    """Folder of the model pack; empty reads nothing and leaves every field to keying."""
    ocr_model_keys: Path = DEFAULT_KEYS
    """Folder of the public keys, one of which must have signed the pack."""
    ocr_processes: int = Field(default=max(1, (os.cpu_count() or 2) - 1), ge=1)
    """Reading processes, each with a model of its own; one core each."""
    ocr_page_timeout_s: float = 120.0
    """A page that takes longer is given up and its process replaced."""
    ocr_editions_check_s: float = Field(default=3.0, gt=0)
    """How often a replica asks whether other form editions are accepted."""
    ocr_rereading_check_s: float = Field(default=2.0, gt=0)
    """How often a replica asks whether a page is to be read again and no new one waits."""

    @field_validator("ocr_model", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None
