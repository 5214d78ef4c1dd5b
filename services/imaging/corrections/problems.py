"""What is answered to corrections that cannot be."""

from kernel.errors import Conflict, Unprocessable


class CorrectionImpossible(Unprocessable):
    """The page does not allow the correction."""

    slug = "correction_impossible"
    title = "Không chỉnh được trang như vậy"
    title_en = "The page cannot be corrected like this"


class NothingToCorrect(CorrectionImpossible):
    """The page is like this already."""

    slug = "nothing_to_correct"
    title = "Không có gì để chỉnh"
    title_en = "There is nothing to correct"


class CropTooSmall(CorrectionImpossible):
    """Hardly anything would be left."""

    slug = "crop_too_small"
    title = "Phần giữ lại quá nhỏ"
    title_en = "The part to keep is too small"


class TurnedTooFar(CorrectionImpossible):
    """Beyond what small turns add up to."""

    slug = "turned_too_far"
    title = "Góc xoay quá lớn"
    title_en = "Turned too far"


class CoverSheetContent(CorrectionImpossible):
    """A cover sheet divides dossiers: it stays what its code says."""

    slug = "cover_sheet_content"
    title = "Tờ ngăn không đổi loại được"
    title_en = "A cover sheet stays a cover sheet"


class TooManyCorrections(Conflict):
    """The history is full."""

    slug = "too_many_corrections"
    title = "Trang đã được chỉnh quá nhiều lần"
    title_en = "The page has been corrected too often"


class MasterUnavailable(Conflict):
    """The master is not in storage, or can no longer be decoded."""

    slug = "master_unavailable"
    title = "Không đọc được ảnh gốc của trang"
    title_en = "The page's master cannot be read"


PROBLEMS = {found.slug: found for found in (NothingToCorrect, CropTooSmall, TurnedTooFar, CoverSheetContent)}
"""Slug → problem, for what `domain.Impossible` says."""
