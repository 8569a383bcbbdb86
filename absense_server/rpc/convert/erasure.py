"""Erased accounts as messages."""

from absense.v1 import user_pb2
from absense_server.services.account_erasure import ErasedAccount


def erased_account(erased: ErasedAccount) -> user_pb2.ErasedAccount:
    """What was erased of a person."""
    return user_pb2.ErasedAccount(
        device=erased.device,
        face_template=erased.face_template,
        photograph_count=erased.photographs,
        ended_sign_in_count=erased.sign_ins,
        identity_kept=erased.identity_kept,
    )
