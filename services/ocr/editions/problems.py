"""What may keep a form edition from being proposed, tried or accepted."""

from kernel.errors import Conflict, Forbidden, Problem, Unprocessable


class EditionExists(Conflict):
    """An edition of this name came with the software, or is proposed or accepted."""

    slug = "edition_exists"
    title = "Mẫu và năm ban hành này đã có"
    title_en = "This edition of the form exists already"


class EditionUnusable(Unprocessable):
    """The reader cannot use the definition; `faults` say where."""

    slug = "edition_unusable"
    title = "Mô tả mẫu chưa dùng được"
    title_en = "The description of the form cannot be used"


class EditionStateWrong(Conflict):
    """The edition is not in the state that this needs."""

    slug = "edition_state"
    title = "Trạng thái của mẫu không cho phép việc này"
    title_en = "The edition's state does not allow this"


class AcceptedByItsProposer(Forbidden):
    """Two people: one describes a form, another lets the reader use it."""

    slug = "edition_self_acceptance"
    title = "Người đề nghị mẫu không tự chấp nhận được"
    title_en = "Whoever proposed an edition does not accept it"


class EditionNotTried(Conflict):
    """No sample was recognised with the present definition."""

    slug = "edition_not_tried"
    title = "Chưa đọc thử được tờ nào theo mô tả hiện tại"
    title_en = "No sample has been recognised with the present description"


class SampleTooLarge(Problem):
    """The sample is larger than one image may be."""

    status_code = 413
    slug = "sample_too_large"
    title = "Ảnh tờ mẫu quá lớn"
    title_en = "The sample is too large"


class SampleUnreadable(Unprocessable):
    """The sample is no image that can be read; `reason` says why."""

    slug = "sample_unreadable"
    title = "Không mở được ảnh tờ mẫu"
    title_en = "The sample cannot be opened"


class ReaderBusy(Problem):
    """The reading process did not finish; the same request may succeed in a moment."""

    status_code = 503
    slug = "reader_busy"
    title = "Máy đọc chưa đọc xong, xin thử lại"
    title_en = "The reader did not finish; try again"
