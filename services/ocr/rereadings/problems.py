"""What may keep pages from being read again."""

from kernel.errors import Conflict


class NothingToReadAgain(Conflict):
    """No page was read as an unknown form before the edition was accepted, or all wait already."""

    slug = "nothing_to_read_again"
    title = "Không còn trang nào để đọc lại theo mẫu này"
    title_en = "No page is left to be read again for this edition"
