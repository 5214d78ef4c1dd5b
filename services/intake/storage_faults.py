"""What failures of the spool's disk and of object storage mean to the sender."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3.exceptions import HTTPError

from services.intake.problems import ServerUnavailable, StorageFull

RETRY_AFTER = {"Retry-After": "5"}
FULL_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_CODES = {"XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "EntityTooLargeForQuota"}


@contextmanager
def storage_faults() -> Iterator[None]:
    """Raise StorageFull or ServerUnavailable instead of the driver's errors; others pass unchanged."""
    try:
        yield
    except S3Error as error:
        status = getattr(error.response, "status", 0)
        if status == 507 or error.code in FULL_CODES:
            raise StorageFull("object storage has no room") from error
        if status >= 500:
            raise ServerUnavailable("object storage", headers=RETRY_AFTER) from error
        raise
    except (HTTPError, ServerError, InvalidResponseError, ConnectionError, TimeoutError) as error:
        raise ServerUnavailable("object storage", headers=RETRY_AFTER) from error
    except OSError as error:
        if error.errno in FULL_ERRNO:
            raise StorageFull("the spool folder has no room") from error
        raise
