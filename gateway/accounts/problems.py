"""What can go wrong when somebody wants to come in."""

from kernel.errors import Conflict, Forbidden, Problem, Unauthenticated


class LoginFailed(Unauthenticated):
    """Name, password or code is wrong; which one is not said."""

    slug = "login_failed"
    title = "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng"
    title_en = "Wrong user name, password or code"


class TotpNeeded(Unauthenticated):
    """Name and password are right; the officer has a second factor as well."""

    slug = "totp_required"
    title = "Cần mã xác thực từ ứng dụng"
    title_en = "A code from the authenticator application is needed"


class NameLocked(Problem):
    """Too many failed logins under this name."""

    status_code = 429
    slug = "account_locked"
    title = "Tạm khóa do đăng nhập sai nhiều lần"
    title_en = "Locked after too many failed logins"


class CrossSite(Forbidden):
    """A browser asked for a change with its cookie from a page that is not ours."""

    slug = "cross_site_request"
    title = "Yêu cầu từ trang khác bị từ chối"
    title_en = "Refused: the request comes from another site"


class NameTaken(Conflict):
    """Another account has this name."""

    slug = "name_taken"
    title = "Tên đã được dùng"
    title_en = "The name is taken"
