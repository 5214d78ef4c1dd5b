"""HTTP of keying policies: what holds, what is planned, what another one would do, and deciding it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.civil.writing import cleaned
from kernel.concurrency import IfMatch, etag
from kernel.errors import NotFound
from kernel.identity import CurrentIdentity, Identity, Role
from services.records.inspection.domain import classes
from services.records.keying import editions
from services.records.keying.domain import ANY, FieldPolicy, Policy, policies, policy_of
from services.records.keying.editions import Case, EditionRow, Wish
from services.records.readings.domain import field_policies, policy_for
from services.records.vigilance.domain import lot_plan, seeded_every

routes = APIRouter(prefix="/v1/keying/policies", tags=["keying"])

LOT = 1000
"""Fields of a lot whose acceptance is told."""
TOLD = ("number", "birth_date", "sex")
"""Fields with a plan of their own."""
KINDS = frozenset({"identity", "residence", ANY})
Kind = Annotated[str, Path(max_length=20, description="Kind of dossier; `*` for any")]
FieldName = Annotated[str, Path(max_length=60, description="Field; `*` for any other of the kind")]


class PolicyInForce(BaseModel):
    """How a field is keyed now."""

    kind: str
    field: str
    label: str
    label_en: str
    policy: Policy
    sure: float | None = Field(description="Confidence from which `skip` takes the reading")
    valid_from: date | None = Field(description="None: from the data file")


class PolicyDecision(BaseModel):
    """One decision."""

    kind: str
    field: str
    label: str
    label_en: str
    policy: Policy | None = Field(description="None: back to the data file")
    sure: float | None
    valid_from: date
    who: str
    why: str


class InspectionClass(BaseModel):
    """Which pages are looked at."""

    kind: str
    content: str
    plan: str = Field(description="`full`, or a sampling plan")


class Acceptance(BaseModel):
    """How many of 1,000 fields of one keyer are keyed again, and how many of those may be wrong."""

    field: str
    label: str
    label_en: str
    plan: str
    sample: int
    accept: int


class Threshold(BaseModel):
    """The confidence under which a reading is somebody's to key."""

    field: str
    label: str
    label_en: str
    threshold: float


class Rules(BaseModel):
    """What else decides who sees what: of the data files, changed with the software alone."""

    inspection: list[InspectionClass]
    acceptance: list[Acceptance]
    seeded_every: int = Field(description="One in so many forms is a known answer; 0 for none")
    thresholds: list[Threshold]


class Policies(BaseModel):
    """Policies in force, and every decision about them, the last first."""

    in_force: list[PolicyInForce]
    decisions: list[PolicyDecision]
    rules: Rules
    version: int


class PolicyWish(BaseModel):
    """A policy from a day on."""

    model_config = ConfigDict(extra="forbid")

    policy: Policy | None = Field(default=None, description="None: back to the data file")
    sure: float | None = Field(default=None, gt=0, le=1)
    valid_from: date
    why: str = Field(max_length=500)


class EffectShape(BaseModel):
    """What a policy would have done with fields that people settled."""

    model_config = ConfigDict(from_attributes=True)

    fields: int
    unseen: int = Field(description="Taken as read, by nobody")
    second: int = Field(description="Typed or decided by a second person")
    found: int = Field(description="Errors that came to light")
    left: int = Field(description="Values that would stand although they were settled otherwise")


class Simulation(BaseModel):
    """The policy in force beside the one that is wanted."""

    days: int
    now: EffectShape
    wanted: EffectShape


@routes.get("", summary="Cách nhập từng trường · Keying policies")
async def list_policies(request: Request, response: Response, identity: CurrentIdentity) -> Policies:
    """What holds today for each kind and field, and who decided what, when and why."""
    _require_leader(identity)
    async with request.app.state.runtime.database.read(identity.units) as session:
        today = await editions.newest(session, editions.today())
        decided = await editions.history(session)
    known = editions.with_editions(today.values())
    response.headers["ETag"] = etag(len(decided))
    return Policies(
        in_force=[_in_force(*key, policy, today.get(key)) for key, policy in known.items()],
        decisions=[_decision(row) for row in decided],
        rules=_rules(),
        version=len(decided),
    )


@routes.get("/{kind}/{field}/effect", summary="Thử trước cách nhập khác · What another policy would do")
async def simulate_policy(
    kind: Kind,
    field: FieldName,
    policy: Policy,
    request: Request,
    identity: CurrentIdentity,
    sure: Annotated[float | None, Query(gt=0, le=1)] = None,
    days: Annotated[int, Query(ge=1, le=365)] = 30,
) -> Simulation:
    """From fields of the caller's units that people settled in the last days; nothing changes."""
    _require_leader(identity)
    _require_known(kind, field)
    async with request.app.state.runtime.database.read(identity.units) as session:
        known = await editions.in_force(session)
        cases = await editions.settled_cases(session, kind, field, days)
    now, wanted = policy_of(kind, field, known), FieldPolicy(policy, sure)
    return Simulation(days=days, now=_effect(now, cases), wanted=_effect(wanted, cases))


@routes.put("/{kind}/{field}", summary="Đặt cách nhập từ một ngày · Decide a policy")
async def put_policy(
    kind: Kind,
    field: FieldName,
    wish: PolicyWish,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> PolicyDecision:
    """Needs If-Match with the ETag of the list; forms made ready before keep the policy they have."""
    identity.require_role(Role.PROVINCE_LEADER)
    _require_known(kind, field)
    wanted = Wish(wish.policy, wish.sure, wish.valid_from, cleaned(wish.why))
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await editions.decide_policy(
            session, kind, field, wanted, if_match=if_match, who=identity.subject
        )
        response.headers["ETag"] = etag(await editions.version(session))
        return _decision(row)


def _in_force(kind: str, field: str, policy: FieldPolicy, row: EditionRow | None) -> PolicyInForce:
    label, label_en = _labels(field)
    return PolicyInForce(
        kind=kind,
        field=field,
        label=label,
        label_en=label_en,
        policy=policy.policy,
        sure=policy.sure,
        valid_from=row.valid_from if row and row.policy else None,
    )


def _decision(row: EditionRow) -> PolicyDecision:
    label, label_en = _labels(row.field)
    return PolicyDecision(
        kind=row.kind,
        field=row.field,
        label=label,
        label_en=label_en,
        policy=Policy(row.policy) if row.policy else None,
        sure=row.sure,
        valid_from=row.valid_from,
        who=row.who,
        why=row.why,
    )


def _rules() -> Rules:
    acceptance = []
    for field in (*TOLD, ANY):
        plan, found = lot_plan(field, LOT)
        label, label_en = _labels(field)
        acceptance.append(
            Acceptance(
                field=field,
                label=label,
                label_en=label_en,
                plan=plan,
                sample=found.sample,
                accept=found.accept,
            )
        )
    return Rules(
        inspection=[
            InspectionClass(kind=kind, content=content, plan=plan)
            for (kind, content), plan in classes().items()
        ],
        acceptance=acceptance,
        seeded_every=seeded_every(ANY),
        thresholds=[
            Threshold(
                field=one.field,
                label=_labels(one.field)[0],
                label_en=_labels(one.field)[1],
                threshold=one.threshold,
            )
            for one in field_policies().values()
        ],
    )


def _labels(field: str) -> tuple[str, str]:
    if field == ANY:
        return "Mọi trường khác", "Any other field"
    known = policy_for(field)
    return known.label, known.label_en


def _effect(policy: FieldPolicy, cases: Sequence[Case]) -> EffectShape:
    return EffectShape.model_validate(editions.simulated(policy, cases))


def _require_known(kind: str, field: str) -> None:
    known = field_policies().keys() | {name for _, name in policies()}
    if kind not in KINDS or field not in known:
        raise NotFound(f"policy {kind}/{field}")


def _require_leader(identity: Identity) -> None:
    identity.require_role(Role.UNIT_LEADER, Role.PROVINCE_LEADER)
