"""What the demonstration prints when the work is done, in Vietnamese or English."""

from collections.abc import Iterable

from local.demonstration.accounting import IDENTITY_FIELDS, Account, Fault, Score
from local.demonstration.api import UnitProgress
from local.demonstration.looking_up import Search
from local.demonstration.plan import Plan
from local.demonstration.system import RunningSystem
from local.demonstration.watching import Watched
from local.speech import Speech

_SHOWN_FAULTS = 12
_FIELD_WORDS = {
    "number": ("Số CMND/CCCD", "Number"),
    "full_name": ("Họ và tên", "Full name"),
    "birth_date": ("Ngày sinh", "Date of birth"),
    "sex": ("Giới tính", "Sex"),
    "father_name": ("Họ tên cha", "Father's name"),
    "mother_name": ("Họ tên mẹ", "Mother's name"),
}
_KIND_WORDS = {"identity": ("căn cước", "identity"), "residence": ("cư trú", "residence")}


def print_pages(plan: Plan, watched: Watched, started_at: float, say: Speech) -> None:
    """Pages per stage, time per page and time to the first page."""
    enhanced = sum(batch.reached.enhanced for batch in watched.batches)
    recognised = sum(batch.reached.recognised for batch in watched.batches)
    filed = sum(batch.reached.filed for batch in watched.batches)
    refused = sum(batch.counts.refused for batch in watched.batches)
    known = sum(batch.counts.total for batch in watched.batches)
    say("\nSỐ TRANG QUA TỪNG BƯỚC", "\nPAGES PER STAGE")
    say(
        f"  đã vẽ {plan.page_count} · nhận {known} · làm rõ {enhanced} · đọc chữ {recognised} "
        f"(trang trắng và tờ bìa không đọc) · vào hồ sơ {filed} · từ chối {refused}",
        f"  drawn {plan.page_count} · received {known} · enhanced {enhanced} · read {recognised} "
        f"(blank pages and cover sheets are not read) · filed {filed} · refused {refused}",
    )
    per_page = watched.seconds / max(1, known)
    say(
        f"  {watched.seconds:.0f} giây kể từ tệp đầu tiên, {per_page:.2f} giây một trang "
        f"({60 / max(per_page, 1e-6):.0f} trang/phút)",
        f"  {watched.seconds:.0f} seconds since the first file, {per_page:.2f} s a page "
        f"({60 / max(per_page, 1e-6):.0f} pages/min)",
    )
    if watched.first_page_at is not None:
        waited = watched.first_page_at - started_at
        say(
            f"  trang đầu tiên xem được sau {waited:.0f} giây kể từ lúc gõ lệnh",
            f"  first page readable {waited:.0f} seconds after the command was typed",
        )


def print_account(account: Account, say: Speech) -> None:
    """Whether every page is where it belongs, and which ones are not."""
    say("\nĐỐI CHIẾU VỚI BẢN VẼ", "\nCOMPARED WITH WHAT WAS DRAWN")
    say(
        f"  {account.pages} trang: {account.filed} vào hồ sơ, {account.refused_as_planned} bị từ chối như "
        f"dự kiến, {len(account.unaccounted)} không rõ ở đâu",
        f"  {account.pages} pages: {account.filed} filed, {account.refused_as_planned} refused as planned, "
        f"{len(account.unaccounted)} unaccounted for",
    )
    say(
        f"  {account.dossiers} hồ sơ được lập, dự kiến {account.dossiers_planned}",
        f"  {account.dossiers} dossiers made, {account.dossiers_planned} planned",
    )
    _print_faults(account.unaccounted, ("Trang thất lạc", "Unaccounted for"), say)
    _print_faults(account.misfiled, ("Sai hồ sơ", "Wrong dossier"), say)
    _print_faults(account.misjudged, ("Nhận nhầm loại trang", "Taken for something else"), say)


def _print_faults(faults: list[Fault], title: tuple[str, str], say: Speech) -> None:
    for fault in faults[:_SHOWN_FAULTS]:
        say(
            f"  ! {title[0]}: {fault.page} {fault.vietnamese}",
            f"  ! {title[1]}: {fault.page} {fault.english}",
        )
    if len(faults) > _SHOWN_FAULTS:
        say(f"  ! … và {len(faults) - _SHOWN_FAULTS} nữa", f"  ! … and {len(faults) - _SHOWN_FAULTS} more")


def print_scores(account: Account, say: Speech) -> None:
    """Exactly read values per field, print and handwriting apart."""
    say("\nTRƯỜNG THÔNG TIN ĐỌC ĐÚNG TỪNG CHỮ", "\nFIELDS READ EXACTLY")
    say(f"  {'':<16}{'chữ in':>16}{'chữ viết tay':>18}", f"  {'':<16}{'print':>16}{'handwriting':>18}")
    for field_id in IDENTITY_FIELDS:
        words = _FIELD_WORDS[field_id]
        figures = [_share(account.scores.get((field_id, mode))) for mode in ("print", "handwriting")]
        say(
            f"  {words[0]:<16}{figures[0]:>16}{figures[1]:>18}",
            f"  {words[1]:<16}{figures[0]:>16}{figures[1]:>18}",
        )
    totals = [_share(_summed(account, mode)) for mode in ("print", "handwriting")]
    say(
        f"  {'Tất cả':<16}{totals[0]:>16}{totals[1]:>18}",
        f"  {'All':<16}{totals[0]:>16}{totals[1]:>18}",
    )
    say(
        f"  {account.invented} giá trị được đề xuất ở chỗ không có gì viết",
        f"  {account.invented} values proposed where nothing was written",
    )


def _summed(account: Account, mode: str) -> Score:
    scores = [score for (_, written), score in account.scores.items() if written == mode]
    return Score(
        sum(one.drawn for one in scores), sum(one.read for one in scores), sum(one.exact for one in scores)
    )


def _share(score: Score | None) -> str:
    if score is None or not score.drawn:
        return "–"
    return f"{score.exact}/{score.drawn} = {100 * score.share:.0f} %"


def print_searches(searches: Iterable[Search], say: Speech) -> None:
    """Each search with its time and first hits."""
    say("\nTRA CỨU", "\nSEARCH")
    for one in searches:
        mark = "✓" if one.found else "✗"
        shown = ", ".join(one.hits[:3]) or say.choose("không thấy", "nothing")
        print(f"  {mark} “{one.text}” → {shown}  ({one.milliseconds:.0f} ms)")


def print_progress(progress: Iterable[UnitProgress], names: dict[str, str], say: Speech) -> None:
    """Each unit's share of each milestone."""
    say("\nTIẾN ĐỘ TỪNG ĐƠN VỊ", "\nPROGRESS PER UNIT")
    for unit in progress:
        if unit.unit not in names:
            continue
        kind = say.choose(*_KIND_WORDS.get(unit.kind, (unit.kind, unit.kind)))
        print(f"  {unit.unit_name or names[unit.unit]}, {kind}: {unit.dossiers}")
        for milestone in unit.milestones:
            title = say.choose(milestone.title, milestone.title_en) or milestone.code
            share = "–" if milestone.share is None else f"{100 * milestone.share:.0f} %"
            target = "–" if milestone.target is None else f"{milestone.target:g}"
            done = "–" if milestone.done is None else f"{milestone.done:g}"
            print(f"      {share:>6}  {done}/{target}  {title} ({milestone.deadline or '–'})")


def print_entrance(system: RunningSystem, say: Speech) -> None:
    """Where the web page is and how to log in."""
    say("\nTRANG WEB", "\nWEB PAGE")
    print(f"  {system.base_url}")
    say(
        f"  đăng nhập: {system.admin_username} / {system.admin_password}",
        f"  log in:    {system.admin_username} / {system.admin_password}",
    )
