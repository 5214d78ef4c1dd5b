"""HTTP of bulk matching."""

from collections import Counter

from fastapi import APIRouter, Request, Response

from kernel.identity import CurrentIdentity, Role
from services.records.households.domain import refusal_titles
from services.records.matching import service
from services.records.matching.domain import Item, Status, check_item, status_of
from services.records.matching.schemas import Candidate, Matched, MatchError, MatchRequest, MatchResult
from services.records.persons.views import persons_of

routes = APIRouter(tags=["matching"])

MATCHERS = (Role.CLERK, Role.KEEPER, Role.INSPECTOR, Role.UNIT_LEADER, Role.PROVINCE_LEADER)


@routes.post("/v1/persons:match", summary="Đối chiếu hàng loạt · Match a list of persons")
async def match_persons(
    body: MatchRequest, request: Request, response: Response, identity: CurrentIdentity
) -> MatchResult:
    """Candidates with scores and reasons for each item, of the caller's units; needs `X-Purpose`.

    An item that cannot stand (8 or 10 digits, a day that never was) says why and lets the others be.
    """
    identity.require_role(*MATCHERS)
    identity.require_purpose()
    titles = refusal_titles()
    items: dict[int, Item] = {}
    errors: dict[int, list[MatchError]] = {}
    for place, given in enumerate(body.items):
        item, refusals = check_item(given.model_dump(exclude={"ref"}))
        if item is not None:
            items[place] = item
        errors[place] = [
            MatchError(
                field=one.field, code=one.code, title=titles[one.code][0], title_en=titles[one.code][1]
            )
            for one in refusals
        ]
    async with request.app.state.runtime.database.read(identity.units) as session:
        found = await service.match(session, items, body.candidates) if items else {}
        people = await persons_of(
            session, {one for weighed in found.values() for one, _, _ in weighed}, identity.units
        )
    answers = []
    for place, given in enumerate(body.items):
        candidates = [
            Candidate(person=people[one], score=score, reasons=list(reasons))
            for one, score, reasons in found.get(place, [])
            if one in people
        ]
        status = Status.INVALID if errors[place] else status_of([one.score for one in candidates])
        answers.append(
            Matched(index=place, ref=given.ref, status=status, errors=errors[place], candidates=candidates)
        )
    response.headers["Cache-Control"] = "private, no-store"
    return MatchResult(items=answers, counts=dict(Counter(one.status for one in answers)))
