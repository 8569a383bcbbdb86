"""Enrolled faces, for administrators."""

from collections.abc import AsyncIterator
from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.faces import FaceModel
from absense_server.domain.ids import FaceTemplateId, ImageId, UserId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import faces, to_proto
from absense_server.rpc.server_info import MAX_CHUNK_BYTES
from absense_server.services.face_office import FaceOffice


class FaceCalls(AdminServiceServicer):
    """Enrolled faces and photographs."""

    def __init__(self, *, faces: FaceOffice, face_model: FaceModel | None, threads: Threads) -> None:
        self._faces = faces
        self._face_model = face_model
        self._threads = threads

    async def GetFaceTemplate(self, request: pb.GetFaceTemplateRequest, context: Context) -> pb.GetFaceTemplateResponse:
        found = await self._threads.run(self._faces.get, UserId(UUID(request.user_id)))
        return pb.GetFaceTemplateResponse(
            template=faces.template(found.face.template, self._face_model),
            image_ids=[str(view.image_id) for view in found.face.views],
            student=to_proto.person(found.student),
        )

    async def VerifyFaceTemplate(
        self, request: pb.VerifyFaceTemplateRequest, context: Context
    ) -> pb.VerifyFaceTemplateResponse:
        user_id, template_id = UserId(UUID(request.user_id)), FaceTemplateId(UUID(request.template_id))
        compared = frozenset(ImageId(UUID(image_id)) for image_id in request.image_ids)
        found = await self._threads.run(self._faces.vouch, current_caller(), user_id, template_id, compared)
        return pb.VerifyFaceTemplateResponse(template=faces.template(found.face.template, self._face_model))

    async def ClearFaceReference(
        self, request: pb.ClearFaceReferenceRequest, context: Context
    ) -> pb.ClearFaceReferenceResponse:
        user_id, template_id = UserId(UUID(request.user_id)), FaceTemplateId(UUID(request.template_id))
        erased = await self._faces.clear(current_caller(), user_id, template_id, request.reason.strip())
        return pb.ClearFaceReferenceResponse(erased=faces.erased(erased))

    async def GetImage(
        self, request: pb.AdminServiceGetImageRequest, context: Context
    ) -> AsyncIterator[pb.AdminServiceGetImageResponse]:
        shown = await self._faces.image(
            current_caller(), ImageId(UUID(request.image_id)), accept_link=request.accept_download_url
        )
        yield pb.AdminServiceGetImageResponse(header=to_proto.image_header(shown))
        for start in range(0, len(shown.content), MAX_CHUNK_BYTES):
            yield pb.AdminServiceGetImageResponse(chunk=shown.content[start : start + MAX_CHUNK_BYTES])
