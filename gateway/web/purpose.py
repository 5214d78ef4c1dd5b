"""Why an officer reads personal data: stated once, kept in the session for what is opened next."""

from fastapi import Request

from gateway.accounts import repository
from gateway.caller import Caller, CallerCheck
from kernel.identity import UNSTATED


def stated(visitor: Caller) -> str:
    """The purpose that the visitor's session holds; empty where there is none."""
    return "" if visitor.identity.purpose == UNSTATED else visitor.identity.purpose


async def with_purpose(request: Request, visitor: Caller, purpose: str) -> Caller:
    """The visitor with the purpose stated now; the session keeps it for the dossiers opened next."""
    if visitor.session_hash and purpose != visitor.identity.purpose:
        async with request.app.state.runtime.database.write() as session:
            await repository.set_purpose(session, visitor.session_hash, purpose)
        check: CallerCheck = request.app.state.caller_check
        check.forget()
    return Caller(
        visitor.identity.model_copy(update={"purpose": purpose}), visitor.name, visitor.session_hash
    )
