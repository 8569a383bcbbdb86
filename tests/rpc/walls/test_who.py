"""Who may call: every RPC of the contract by nobody, by each wrong role, with a sign-in that is stale or has ended.

What is sent is no message at all, so an answer that is about the caller shows that nothing of it was looked at.
"""

import grpc

from absense.v1 import auth_service_pb2
from absense_server.domain.people import Role
from tests.rpc.walls.calls import RPCS, Metadata, Rpc, call
from tests.support.hall import Hall, Person

NO_MESSAGE = b"\xff"
AT_THE_DOOR = {
    "NOT_SIGNED_IN",
    "TOKEN_INVALID",
    "TOKEN_EXPIRED",
    "SIGN_IN_ENDED",
    "WRONG_ROLE",
    "RECENT_SIGN_IN_REQUIRED",
}
ELEVEN_MINUTES = 11 * 60


async def people(hall: Hall) -> dict[Role, Person]:
    return {
        Role.STUDENT: await hall.student(enrolled=False, phone=False),
        Role.LECTURER: await hall.lecturer(),
        Role.ADMIN: await hall.admin(),
    }


async def knock(hall: Hall, rpc: Rpc, metadata: Metadata = ()) -> tuple[grpc.StatusCode, str]:
    answer = await call(hall.channel, rpc, NO_MESSAGE, metadata)
    return answer.code, answer.reason


def is_let_in(rpc: Rpc, answered: tuple[grpc.StatusCode, str]) -> bool:
    """Whether it came to look at the message; what streams up may have an answer before that."""
    code, reason = answered
    if rpc.method.client_streaming:
        return reason not in AT_THE_DOOR and code is not grpc.StatusCode.UNKNOWN
    return answered == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")


async def test_nobody_comes_in_but_where_anyone_may(hall: Hall) -> None:
    wrong = {}
    for rpc in RPCS:
        answered = await knock(hall, rpc)
        turned_away = answered == (grpc.StatusCode.UNAUTHENTICATED, "NOT_SIGNED_IN")
        if not (is_let_in(rpc, answered) if rpc.rule.public else turned_away):
            wrong[rpc.name] = answered
    assert wrong == {}


async def test_each_role_comes_in_where_it_may_and_nowhere_else(hall: Hall) -> None:
    wrong = {}
    for role, person in (await people(hall)).items():
        for rpc in RPCS:
            answered = await knock(hall, rpc, person.metadata)
            turned_away = answered == (grpc.StatusCode.PERMISSION_DENIED, "WRONG_ROLE")
            if not (is_let_in(rpc, answered) if rpc.rule.public or role in rpc.rule.roles else turned_away):
                wrong[rpc.name, role.name] = answered
    assert wrong == {}


async def test_what_needs_the_password_just_given_needs_it_and_nothing_else_does(hall: Hall) -> None:
    known = await people(hall)
    hall.clock.turn(ELEVEN_MINUTES)
    await hall.app.jobs.poll_revocations()  # which are not known any more after ten seconds
    wrong = {}
    for rpc in RPCS:
        for role in rpc.rule.roles:
            answered = await knock(hall, rpc, known[role].metadata)
            turned_away = answered == (grpc.StatusCode.UNAUTHENTICATED, "RECENT_SIGN_IN_REQUIRED")
            if not (turned_away if rpc.rule.recent_sign_in else is_let_in(rpc, answered)):
                wrong[rpc.name, role.name] = answered
    assert wrong == {}


async def test_a_sign_in_that_has_ended_opens_nothing(hall: Hall) -> None:
    known = await people(hall)
    for person in known.values():
        await hall.auth.Logout(auth_service_pb2.LogoutRequest(), metadata=person.metadata)
    await hall.turn(1)
    wrong = {}
    for rpc in RPCS:
        for role in Role:
            answered = await knock(hall, rpc, known[role].metadata)
            turned_away = answered == (grpc.StatusCode.UNAUTHENTICATED, "SIGN_IN_ENDED")
            # where anyone may call, a token that is no longer good is no hindrance
            if not (is_let_in(rpc, answered) if rpc.rule.public else turned_away):
                wrong[rpc.name, role.name] = answered
    assert wrong == {}
