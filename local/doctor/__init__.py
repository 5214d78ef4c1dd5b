"""`tangthu doctor`: says what is missing or unhealthy, and how to mend it."""

import json
from collections import Counter
from pathlib import Path

from local.doctor.finding import MARKS, Finding, Verdict
from local.doctor.machine import machine_findings
from local.folder import DataFolder
from local.speech import Speech

NEEDED_TO_ASK = ("packages kernel", "packages local")


def examine(data: Path, say: Speech, *, as_json: bool) -> int:
    """Print every finding; 1 when something is bad, else 0."""
    findings = list(machine_findings(data))
    # Without its packages the running system cannot be asked, and it cannot be running either.
    needed = [finding for finding in findings if finding.subject in NEEDED_TO_ASK]
    if not any(finding.verdict is Verdict.BAD for finding in needed):
        from local.doctor.running import running_findings  # noqa: PLC0415

        findings += running_findings(DataFolder(data.absolute()))
    if as_json:
        print(json.dumps([_as_json(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            _print(finding, say)
        _summary(findings, say)
    return int(any(finding.verdict is Verdict.BAD for finding in findings))


def _print(finding: Finding, say: Speech) -> None:
    mark = MARKS[finding.verdict]
    say(f"{mark} {finding.text.vi}", f"{mark} {finding.text.en}")
    if finding.remedy:
        say(f"    → {finding.remedy.vi}", f"    → {finding.remedy.en}")


def _summary(findings: list[Finding], say: Speech) -> None:
    verdicts = Counter(finding.verdict for finding in findings)
    if bad := verdicts[Verdict.BAD]:
        say(f"Có {bad} chỗ phải sửa.", f"{bad} things to mend.")
    elif warnings := verdicts[Verdict.WARNING]:
        say(f"Không có gì hỏng; {warnings} điều cần để ý.", f"Nothing is broken; {warnings} things to note.")
    else:
        say("Mọi thứ đều ổn.", "All is well.")


def _as_json(finding: Finding) -> dict[str, str]:
    remedy = finding.remedy
    return {
        "subject": finding.subject,
        "verdict": finding.verdict,
        "vi": finding.text.vi,
        "en": finding.text.en,
        "remedy_vi": remedy.vi if remedy else "",
        "remedy_en": remedy.en if remedy else "",
    }
