"""What the services would say about one small unit: one batch in work, one dossier, one person. All invented."""

from typing import Any

BATCH_ID = "0198c0de-0000-7000-8000-0000000000b1"
DOSSIER_ID = "0198c0de-0000-7000-8000-0000000000d1"
PAGE_ID = "0198c0de-0000-7000-8000-0000000000a1"
NASTY = "<script>alert(1)</script>"
"""Stands where text from outside comes in; it must never become markup."""

BATCH: dict[str, Any] = {
    "id": BATCH_ID,
    "unit": "943",
    "unit_name": "Công an huyện Kế Sách",
    "kind": "residence",
    "grouping": {"method": "cover_sheet", "pages_per_dossier": None},
    "note": NASTY,
    "state": "open",
    "opened_at": "2026-11-23T12:05:00Z",
    "closed_at": None,
    "processed_at": None,
    "files": 12345,
    "counts": {"received": 1, "enhanced": 1, "recognised": 0, "filed": 1, "refused": 1},
    "reached": {"enhanced": 2, "recognised": 1, "filed": 1},
    "contents": {"text": 2, "blank": 0, "cover_sheet": 0},
    "refused": [
        {
            "file_id": PAGE_ID, "page_id": PAGE_ID, "sha256": "0" * 64, "sequence": 3, "page_no": 1,
            "reason": "damaged", "reason_title": "Tệp ảnh bị hỏng", "reason_title_en": "Damaged image",
            "advice": "Quét lại trang này.", "advice_en": "Scan the page again.",
        }
    ],
    "rescans": [
        {
            "rescan_id": PAGE_ID, "page_id": PAGE_ID, "sequence": 4, "page_no": 1, "state": "refused",
            "defect": "cut_off", "reason_title": "Mất mép, thiếu chữ", "reason_title_en": "Cut off",
            "advice": NASTY, "advice_en": "Scan again with all four edges.", "refusal": "damaged",
            "refusal_title": "Tệp ảnh bị hỏng", "refusal_title_en": "Damaged image",
            "ordered_at": "2026-11-23T12:05:00Z",
        }
    ],
    "arrival": {
        "pages_per_minute": 12.5, "spool_files": 655, "spool_at": "2026-11-23T12:06:00Z", "minutes_left": 53,
    },
    "version": 7,
}  # fmt: skip
SHEETS: dict[str, Any] = {
    "dossiers": 3, "counted_dossiers": 2, "surveyed": 21, "scanned": 19, "blank": 0, "exempt": 0, "missing": 0,
    "differing": 1, "first_differing": [{"dossier_id": DOSSIER_ID, "first_file": 7, "difference": 2}],
}  # fmt: skip
FINISHED = BATCH | {
    "state": "processed", "id": "0198c0de-0000-7000-8000-0000000000b2", "refused": [], "rescans": [],
}  # fmt: skip

BATCH_PAGE: dict[str, Any] = {
    "page_id": PAGE_ID, "file_id": PAGE_ID, "sha256": "0" * 64, "sequence": 1, "page_no": 1, "page_count": 1,
    "state": "filed", "content": "text", "verdict": "warn", "defects": ["dark"], "reason": None,
    "dossier_id": DOSSIER_ID, "thumbnail": f"/v1/pages/{PAGE_ID}/thumbnail",
    "received_at": "2026-11-23T12:05:00Z", "filed_at": None,
}  # fmt: skip

SUMMARY: dict[str, Any] = {
    "id": DOSSIER_ID, "unit": "943", "unit_name": "Công an huyện Kế Sách", "kind": "residence",
    "reference": "KS-0001", "reference_given": True, "title": "Hộ Trần Văn Mẫu", "state": "registered",
    "batch_id": BATCH_ID, "registered_at": "2026-11-23T12:06:00Z", "page_count": 1, "document_count": 1,
    "version": 3,
}  # fmt: skip
DOSSIER: dict[str, Any] = SUMMARY | {
    "documents": [
        {
            "id": PAGE_ID, "ordinal": 1, "type": "HK01", "type_title": "Bản khai nhân khẩu",
            "type_title_en": "Declaration of a household member", "legal_order": 1, "form": "HK01",
            "edition": "2014",
            "pages": [
                {
                    "id": PAGE_ID, "ordinal": 1, "content": "text", "verdict": "pass", "defects": [],
                    "rotation": 0, "skew_degrees": 0.0, "width_px": 1654, "height_px": 2339,
                    "images": {
                        kind: f"/v1/pages/{PAGE_ID}/images/{kind}" for kind in ("access", "thumbnail", "master")
                    }
                    | {"deep_zoom": f"/v1/iiif/{PAGE_ID}/info.json"},
                    "recognised": True, "form": "HK01", "confidence": 0.9,
                }
            ],
        }
    ],
    "fields": [
        {
            "id": PAGE_ID, "page_id": PAGE_ID, "document_id": PAGE_ID, "name": "full_name",
            "label": "Họ, chữ đệm và tên", "label_en": "Full name", "text": NASTY, "value": None,
            "confidence": 0.993, "box": {"x": 100, "y": 200, "width": 400, "height": 40},
            "page_width_px": 1000, "page_height_px": 1414, "status": "proposed", "needs_keying": False,
            "warnings": [],
        }
    ],
    "persons": [
        {"id": PAGE_ID, "full_name": "TRẦN VĂN MẪU", "birth_date": "1960-01", "number": None, "role": "head"}
    ],
    "held": True,
    "open_cases": 1,
    "history": [
        {
            "at": "2026-11-23T12:06:00Z", "who": "system", "what": "registered", "what_title": "Lập hồ sơ",
            "what_title_en": "Registered", "details": {},
        }
    ],
}  # fmt: skip

RECOGNITION: dict[str, Any] = {
    "page_id": PAGE_ID, "form": "HK01", "edition": "2014", "text": "…", "confidence": 0.9, "fields": {},
    "lines": [{"text": NASTY, "confidence": 0.5, "box": {"x": 0, "y": 0, "width": 1, "height": 1}}],
    "width_px": 1000, "height_px": 1414, "model": "m-1",
}  # fmt: skip

PERSON: dict[str, Any] = {
    "id": PAGE_ID, "full_name": NASTY, "birth_date": "1960", "birth_date_raw": "1960", "sex": "male",
    "number": "036060000001", "father_name": None, "mother_name": None, "unit": "943",
    "unit_name": "Công an huyện Kế Sách",
    "dossiers": [
        {"id": DOSSIER_ID, "kind": "residence", "reference": "KS-0001", "title": "Hộ", "role": "head"}
    ],
    "provisional": True, "updated_at": "2026-11-23T12:06:00Z", "matched": ["name"], "score": 0.95,
}  # fmt: skip

PROGRESS: dict[str, Any] = {
    "as_of": "2026-11-23T12:06:00Z",
    "map": None,
    "unplaced": [
        {
            "unit": "31569", "unit_name": NASTY, "kind": "residence", "dossiers": 3,
        }
    ],
    "units": [
        {
            "unit": "943", "unit_name": "Công an huyện Kế Sách", "kind": "residence", "holdings": None,
            "dossiers": 1, "dossiers_with_fields": 1,
            "pages": {"received": 4, "enhanced": 2, "recognised": 1, "refused": 1, "filed": 1},
            "cover_sheets": 0, "blanks": 0, "fields_proposed": 6, "last_activity": "2026-11-23T12:06:00Z",
            "milestones": [
                {
                    "code": "m", "title": "Số hóa xong", "title_en": "All digitised", "basis": "212/KH-CAT",
                    "provisional": False, "deadline": "2022-12-30", "metric": "dossiers", "target": None,
                    "done": 1, "share": None, "pace_per_day": 0.14, "needed_per_day": None,
                    "forecast_date": None, "status": "no_holdings",
                }
            ],
        }
    ],
    "totals": {"dossiers": 1, "received": 4, "enhanced": 2, "recognised": 1, "refused": 1, "filed": 1},
}  # fmt: skip

SUPERVISION: dict[str, Any] = {
    "queues": [{"kind": "identity", "stage": "key", "forms": 1000}],
    "keyers": [
        {
            "who": "officer:x", "held": 12, "first_lease_ends": "2026-11-23T12:05:00Z", "forms_today": 31,
            "known": 60, "wrong": 1,
        },
        {"who": NASTY, "held": 0, "first_lease_ends": None, "forms_today": 0, "known": 0, "wrong": 0},
    ],
    "policies": [{"policy": "blind", "known": 60, "wrong": 1}],
}  # fmt: skip
LOT: dict[str, Any] = {
    "id": PAGE_ID, "unit": "943", "who": "officer:x", "field": "number", "label": "Số", "label_en": "Number",
    "size": 500, "plan": "aql_0.40", "sample": 32, "accept": 0, "wrong": 1, "state": "failed",
    "drawn_at": "2026-11-23T12:05:00Z", "decided_at": None,
}  # fmt: skip

IMPORT: dict[str, Any] = {
    "id": PAGE_ID, "unit": "943", "kind": "residence", "file_name": NASTY, "size_bytes": 900,
    "state": "checked", "problem": None, "problem_title": None, "problem_title_en": None, "format": "csv",
    "encoding": "tcvn3", "delimiter": ";", "sheet": None, "sheets": [], "on": None, "rows_read": 3,
    "rows_refused": 1, "rows_done": 0, "made": 0, "unchanged": 0, "differing": 0, "progress": 0.0,
    "columns": [
        {"place": 0, "heading": NASTY, "field": "full_name", "title": "Họ và tên", "title_en": "Full name"},
        {"place": 1, "heading": NASTY, "field": None, "title": None, "title_en": None},
    ],
    "uploaded_by": "officer:x", "uploaded_at": "2026-11-23T12:05:00Z", "finished_at": None, "version": 2,
    "preview": [{"row_no": 2, "cells": {"full_name": NASTY}, "errors": {"full_name": "name_unlikely"}}],
    "refusals": [{"code": "name_unlikely", "title": "Họ tên lạ", "title_en": "Odd name", "count": 1}],
}  # fmt: skip

QUEUES: dict[str, Any] = {
    "as_of": "2026-11-23T12:06:00Z",
    "queues": [
        {"name": "forms", "count": 1000, "more": True, "since": None, "due": None},
        {
            "name": "overdue",
            "count": 2,
            "more": False,
            "since": "2026-11-01T00:00:00Z",
            "due": "2026-11-20T00:00:00Z",
        },
        {"name": "lots", "count": 0, "more": False, "since": None, "due": None},
    ],
}
