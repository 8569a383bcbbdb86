"""Accounts as administrators list, make and change them: messages to domain objects."""

from typing import Any
from uuid import UUID

from absense.v1 import admin_service_pb2
from absense_server.domain.ids import ProgrammeId
from absense_server.domain.people import Role
from absense_server.domain.user_changes import NewAccount, UserChange
from absense_server.ports.findings import UserFilter
from absense_server.rpc.convert import pairs


def user_filter(request: admin_service_pb2.ListUsersRequest) -> UserFilter:
    """Which accounts to list."""
    states = (pairs.USER_STATE.member(number) for number in request.states)
    return UserFilter(
        role=pairs.ROLE.member(request.role),
        states=frozenset(state for state in states if state is not None),
        query=request.query.strip(),
    )


def new_account(request: admin_service_pb2.CreateUserRequest) -> NewAccount:
    """The account asked for."""
    return NewAccount(
        email=request.email,
        full_name=request.full_name.strip(),
        role=pairs.ROLE.member(request.role) or Role.STUDENT,
        institution_number=request.institution_number.strip(),
        programme_id=ProgrammeId(UUID(request.programme_id)) if request.programme_id else None,
        level=request.level,
    )


def user_change(request: admin_service_pb2.UpdateUserRequest) -> UserChange:
    """What the mask names."""
    asked: dict[str, Any] = {
        "email": request.email,
        "full_name": request.full_name.strip(),
        "role": pairs.ROLE.member(request.role),
        "state": pairs.USER_STATE.member(request.state),
        "institution_number": request.institution_number.strip(),
        "programme_id": ProgrammeId(UUID(request.programme_id)) if request.programme_id else "",
        "level": request.level,
    }
    return UserChange(**{path: asked[path] for path in request.update_mask.paths})
