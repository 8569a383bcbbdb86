"""AuthService."""

from uuid import UUID

from absense.v1 import auth_service_pb2 as pb
from absense.v1.auth_service_pb2_grpc import AuthServiceServicer
from absense_server.domain.errors.accounts import RefreshTokenInvalid
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.calls import InvalidRequest
from absense_server.domain.faces import FaceModel
from absense_server.domain.ids import SignInId
from absense_server.ports.outside import Clock, Threads
from absense_server.rpc import cookies
from absense_server.rpc.calls import Metadata, current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import erasure, faces, from_proto, sign_ins, to_proto
from absense_server.rpc.server_info import ServerInfo
from absense_server.services.account_erasure import AccountErasure
from absense_server.services.accounts import Accounts
from absense_server.services.email_confirmation import EmailConfirmation
from absense_server.services.face_templates import FaceTemplates
from absense_server.services.own_sign_ins import OwnSignIns
from absense_server.services.passwords import UserPasswords
from absense_server.services.profile import Profiles
from absense_server.services.registration import Registration
from absense_server.services.sign_in_tokens import Issued
from absense_server.services.sign_ins import SignIns
from absense_server.services.signing_keys import SigningKeys
from absense_server.services.token_exchange import TokenExchange


class Auth(AuthServiceServicer):
    """Makes accounts and signs people in."""

    def __init__(
        self,
        *,
        info: ServerInfo,
        accounts: Accounts,
        registration: Registration,
        confirmation: EmailConfirmation,
        profiles: Profiles,
        passwords: UserPasswords,
        account_erasure: AccountErasure,
        sign_ins: SignIns,
        token_exchange: TokenExchange,
        own_sign_ins: OwnSignIns,
        signing_keys: SigningKeys,
        templates: FaceTemplates,
        face_model: FaceModel | None,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._info = info
        self._accounts = accounts
        self._registration = registration
        self._confirmation = confirmation
        self._profiles = profiles
        self._passwords = passwords
        self._account_erasure = account_erasure
        self._sign_ins = sign_ins
        self._token_exchange = token_exchange
        self._own_sign_ins = own_sign_ins
        self._signing_keys = signing_keys
        self._templates = templates
        self._face_model = face_model
        self._threads = threads
        self._clock = clock

    async def GetServerInfo(self, request: pb.GetServerInfoRequest, context: Context) -> pb.GetServerInfoResponse:
        return self._info.response(self._clock.now())

    async def Register(self, request: pb.RegisterRequest, context: Context) -> pb.RegisterResponse:
        user = await self._registration.register(current_caller(), from_proto.new_user(request))
        return pb.RegisterResponse(user=to_proto.user(user))

    async def ConfirmEmail(self, request: pb.ConfirmEmailRequest, context: Context) -> pb.ConfirmEmailResponse:
        user = await self._confirmation.confirm(current_caller(), request.token, request.password)
        return pb.ConfirmEmailResponse(user=to_proto.user(user))

    async def Login(self, request: pb.LoginRequest, context: Context) -> pb.LoginResponse:
        in_cookie = request.refresh_token_in_cookie
        if in_cookie and not cookies.is_by_page(_metadata(context)):
            raise InvalidRequest(FieldViolation("refresh_token_in_cookie", "is for grpc-web: send `x-grpc-web: 1` too"))
        signed_in = await self._sign_ins.login(current_caller(), request.login, request.password, request.device_name)
        if in_cookie:
            await self._keep_in_cookie(context, signed_in.refresh)
        return sign_ins.login_response(signed_in, in_cookie=in_cookie)

    async def RefreshToken(self, request: pb.RefreshTokenRequest, context: Context) -> pb.RefreshTokenResponse:
        in_cookie = not request.refresh_token
        token = cookies.refresh_token(_metadata(context)) if in_cookie else request.refresh_token
        if token is None:
            raise RefreshTokenInvalid
        # A cookie that is refused stays: it opens nothing, and a late answer would delete that of a Login made since.
        signed_in = await self._threads.run(
            self._token_exchange.exchange, current_caller(), token, UUID(request.request_id)
        )
        if in_cookie:
            await self._keep_in_cookie(context, signed_in.refresh)
        return sign_ins.refresh_token_response(signed_in, in_cookie=in_cookie)

    async def Reauthenticate(self, request: pb.ReauthenticateRequest, context: Context) -> pb.ReauthenticateResponse:
        issued = await self._sign_ins.reauthenticate(current_caller(), request.password)
        return sign_ins.reauthenticate_response(issued)

    async def Logout(self, request: pb.LogoutRequest, context: Context) -> pb.LogoutResponse:
        await self._threads.run(self._own_sign_ins.logout, current_caller())
        if cookies.is_carried(_metadata(context)):
            await context.send_initial_metadata((cookies.delete(),))
        return pb.LogoutResponse()

    async def ListSignIns(self, request: pb.ListSignInsRequest, context: Context) -> pb.ListSignInsResponse:
        caller = current_caller()
        page = await self._threads.run(self._own_sign_ins.list, caller, from_proto.page(request))
        return pb.ListSignInsResponse(
            sign_ins=[sign_ins.sign_in(one, self._own_sign_ins.end_of(one), caller.sign_in_id) for one in page.items],
            next_page_token=page.next_token,
        )

    async def RevokeSignIn(self, request: pb.RevokeSignInRequest, context: Context) -> pb.RevokeSignInResponse:
        await self._threads.run(self._own_sign_ins.revoke, current_caller(), SignInId(UUID(request.sign_in_id)))
        return pb.RevokeSignInResponse()

    async def ListSigningKeys(self, request: pb.ListSigningKeysRequest, context: Context) -> pb.ListSigningKeysResponse:
        page = self._signing_keys.list(from_proto.page(request))
        return pb.ListSigningKeysResponse(
            keys=[sign_ins.signing_key(key) for key in page.items], next_page_token=page.next_token
        )

    async def GetCurrentUser(self, request: pb.GetCurrentUserRequest, context: Context) -> pb.GetCurrentUserResponse:
        user = await self._threads.run(self._accounts.current, current_caller())
        face = await self._threads.run(self._templates.find, current_caller())
        return pb.GetCurrentUserResponse(
            user=to_proto.user(user),
            face_template=faces.template(None if face is None else face.template, self._face_model),
        )

    async def UpdateProfile(self, request: pb.UpdateProfileRequest, context: Context) -> pb.UpdateProfileResponse:
        change = from_proto.profile_change(request)
        profile = await self._threads.run(self._profiles.update, current_caller(), change)
        return pb.UpdateProfileResponse(user=to_proto.user(profile.user), pending_email=profile.pending_email)

    async def ChangePassword(self, request: pb.ChangePasswordRequest, context: Context) -> pb.ChangePasswordResponse:
        ended = await self._passwords.change(current_caller(), request.current_password, request.new_password)
        return pb.ChangePasswordResponse(ended_sign_in_count=ended)

    async def RequestPasswordReset(
        self, request: pb.RequestPasswordResetRequest, context: Context
    ) -> pb.RequestPasswordResetResponse:
        await self._threads.run(self._passwords.request_reset, current_caller(), request.login)
        return pb.RequestPasswordResetResponse()

    async def ResetPassword(self, request: pb.ResetPasswordRequest, context: Context) -> pb.ResetPasswordResponse:
        user = await self._passwords.reset(current_caller(), request.token, request.new_password)
        return pb.ResetPasswordResponse(user=to_proto.user(user))

    async def DeleteAccount(self, request: pb.DeleteAccountRequest, context: Context) -> pb.DeleteAccountResponse:
        erased = await self._account_erasure.erase_own(current_caller(), request.password)
        return pb.DeleteAccountResponse(erased=erasure.erased_account(erased))

    async def _keep_in_cookie(self, context: Context, refresh: Issued) -> None:
        await context.send_initial_metadata((cookies.keep(refresh.text, refresh.expires_at - self._clock.now()),))


def _metadata(context: Context) -> Metadata:
    return context.invocation_metadata() or ()
