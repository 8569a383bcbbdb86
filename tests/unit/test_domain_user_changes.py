"""What administrators make of accounts: every state, whatever is asked of it."""

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest

from absense_server.domain.errors.accounts import UserStateNotAllowed
from absense_server.domain.ids import ProgrammeId, UserId
from absense_server.domain.people import Role, User, UserState
from absense_server.domain.user_changes import Difference, UserChange, changed, differences, state_after

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AMA = User(
    UserId(uuid4()), "ama@example.edu", "Ama", Role.STUDENT, UserState.ACTIVE, NOW, claimed_number="20/1", level=100
)
BECOMES = {
    # of whom has set a password, of whom has not: once ACTIVE is asked for
    UserState.PENDING_EMAIL: (UserState.ACTIVE, UserState.INVITED),
    UserState.PENDING_APPROVAL: (UserState.ACTIVE, UserState.INVITED),
    UserState.INVITED: (UserState.ACTIVE, UserState.INVITED),
    UserState.ACTIVE: (UserState.ACTIVE, UserState.ACTIVE),
    UserState.DEACTIVATED: (UserState.ACTIVE, UserState.INVITED),
}


@pytest.mark.parametrize(("state", "asked", "has_password"), list(product(UserState, UserState, [True, False])))
def test_every_pair_of_states(state: UserState, asked: UserState, has_password: bool) -> None:
    if state is UserState.ERASED or asked not in {UserState.ACTIVE, UserState.DEACTIVATED}:
        with pytest.raises(UserStateNotAllowed, match=f"The account is {state.value}; "):
            state_after(state, asked, has_password=has_password)
    elif asked is UserState.DEACTIVATED:
        assert state_after(state, asked, has_password=has_password) is UserState.DEACTIVATED
    else:
        once = state_after(state, asked, has_password=has_password)
        assert once is BECOMES[state][0 if has_password else 1]
        assert state_after(once, asked, has_password=has_password) is once, "a retry changes nothing"


def test_what_is_not_named_stays() -> None:
    assert changed(AMA, UserChange(), has_password=True) == AMA


def test_a_number_that_is_set_is_no_claim_any_more_and_one_taken_away_is_none() -> None:
    with_number = changed(AMA, UserChange(institution_number="20/2"), has_password=True)
    assert (with_number.institution_number, with_number.claimed_number) == ("20/2", "")
    without = changed(AMA, UserChange(institution_number=""), has_password=True)
    assert (without.institution_number, without.claimed_number) == ("", "20/1")


def test_programme_and_level_are_set_and_taken_away() -> None:
    programme = ProgrammeId(uuid4())
    changed_once = changed(AMA, UserChange(programme_id=programme, level=200), has_password=True)
    assert (changed_once.programme_id, changed_once.level) == (programme, 200)
    again = changed(changed_once, UserChange(programme_id="", level=0), has_password=True)
    assert (again.programme_id, again.level) == (None, 0)


def test_of_who_is_erased_nothing_is_changed() -> None:
    erased = changed(AMA, UserChange(), has_password=False)
    erased = User(erased.id, "", "", Role.STUDENT, UserState.ERASED, NOW)
    with pytest.raises(UserStateNotAllowed):
        changed(erased, UserChange(full_name="Ama"), has_password=False)


def test_differences_are_told_as_text() -> None:
    after = changed(
        AMA, UserChange(role=Role.LECTURER, level=0, email="a@example.edu", state=UserState.ACTIVE), has_password=True
    )
    assert list(differences(AMA, after)) == [
        Difference("email", "ama@example.edu", "a@example.edu"),
        Difference("role", "STUDENT", "LECTURER"),
        Difference("level", "100", "0"),
    ]
    assert list(differences(AMA, AMA)) == []
