"""Errors that carry their own outcome: an HTTP problem for people, a dead letter for workers."""

from collections.abc import Mapping

from pydantic import JsonValue

PROBLEM_BASE = "https://tangthu.vn/problems/"
"""Prefix of every problem `type`; a name, not a place that is ever fetched."""


class Problem(Exception):
    """An expected failure with a stable type (RFC 9457), a Vietnamese and an English title.

    Subclasses set the class attributes; `detail` explains this occurrence, `extensions` add members.
    """

    status_code: int = 400
    slug: str = "bad_request"
    title: str = "Yêu cầu không hợp lệ"
    title_en: str = "Bad request"

    def __init__(
        self,
        detail: str = "",
        *,
        extensions: Mapping[str, JsonValue] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title_en)
        self.detail = detail
        self.extensions: dict[str, JsonValue] = dict(extensions or {})
        self.headers: dict[str, str] = dict(headers or {})

    @property
    def type(self) -> str:
        """The problem's stable `type` URI."""
        return PROBLEM_BASE + self.slug


class NotFound(Problem):
    """The thing does not exist, or the caller may not know that it does."""

    status_code = 404
    slug = "not_found"
    title = "Không tìm thấy"
    title_en = "Not found"


class Unauthenticated(Problem):
    """No valid credential."""

    status_code = 401
    slug = "unauthenticated"
    title = "Chưa đăng nhập hoặc khóa truy cập không đúng"
    title_en = "No valid credential"


class Forbidden(Problem):
    """The credential is valid, but the role or the unit does not allow this."""

    status_code = 403
    slug = "forbidden"
    title = "Không có quyền thực hiện"
    title_en = "Not allowed"


class Conflict(Problem):
    """The state of the thing does not allow this now."""

    status_code = 409
    slug = "conflict"
    title = "Trạng thái hiện tại không cho phép"
    title_en = "Conflict with the current state"


class PurposeRequired(Problem):
    """Personal data is read without saying why."""

    status_code = 400
    slug = "purpose_required"
    title = "Phải nêu mục đích tra cứu"
    title_en = "State the purpose of the look-up"


class PreconditionFailed(Problem):
    """Somebody else changed the thing since it was read (RFC 9110, If-Match)."""

    status_code = 412
    slug = "precondition_failed"
    title = "Dữ liệu đã được người khác thay đổi"
    title_en = "Changed by somebody else"


class PreconditionRequired(Problem):
    """A change needs If-Match with the ETag last read (RFC 6585)."""

    status_code = 428
    slug = "precondition_required"
    title = "Thiếu If-Match"
    title_en = "If-Match is required"


class Unprocessable(Problem):
    """The request is well formed, but what it says cannot be."""

    status_code = 422
    slug = "unprocessable"
    title = "Dữ liệu không hợp lệ"
    title_en = "Unprocessable"


class PermanentError(Exception):
    """A message that can never be handled: goes to the dead letters at once, without further tries."""
