"""AuthService."""

from absense.v1 import auth_service_pb2 as pb
from absense.v1.auth_service_pb2_grpc import AuthServiceServicer
from absense_server.domain.faces import FaceModel
from absense_server.ports.outside import Clock, Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import faces, from_proto, to_proto
from absense_server.rpc.server_info import ServerInfo
from absense_server.services.accounts import Accounts
from absense_server.services.face_templates import FaceTemplates
from absense_server.services.registration import Registration
from absense_server.services.sign_ins import SignIns


class Auth(AuthServiceServicer):
    """Makes accounts and signs people in."""

    def __init__(
        self,
        *,
        info: ServerInfo,
        accounts: Accounts,
        registration: Registration,
        sign_ins: SignIns,
        templates: FaceTemplates,
        face_model: FaceModel | None,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._info = info
        self._accounts = accounts
        self._registration = registration
        self._sign_ins = sign_ins
        self._templates = templates
        self._face_model = face_model
        self._threads = threads
        self._clock = clock

    async def GetServerInfo(self, request: pb.GetServerInfoRequest, context: Context) -> pb.GetServerInfoResponse:
        return self._info.response(self._clock.now())

    async def Register(self, request: pb.RegisterRequest, context: Context) -> pb.RegisterResponse:
        user = await self._registration.register(current_caller(), from_proto.new_user(request))
        return pb.RegisterResponse(user=to_proto.user(user))

    async def Login(self, request: pb.LoginRequest, context: Context) -> pb.LoginResponse:
        signed_in = await self._sign_ins.login(current_caller(), request.login, request.password, request.device_name)
        return pb.LoginResponse(
            access_token=signed_in.access_token,
            access_token_expire_time=to_proto.time(signed_in.expires_at),
            user=to_proto.user(signed_in.user),
        )

    async def GetCurrentUser(self, request: pb.GetCurrentUserRequest, context: Context) -> pb.GetCurrentUserResponse:
        user = await self._threads.run(self._accounts.current, current_caller())
        face = await self._threads.run(self._templates.find, current_caller())
        return pb.GetCurrentUserResponse(
            user=to_proto.user(user),
            face_template=faces.template(None if face is None else face.template, self._face_model),
        )
