"""Terms, programmes and the institution's settings, for administrators; the lists for all."""

from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.ids import ProgrammeId, TermId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, institution, pairs, teaching
from absense_server.services.institution import Institution
from absense_server.services.programmes import Programmes
from absense_server.services.terms import Terms


class TermCalls(AdminServiceServicer):
    """Terms, programmes, settings."""

    def __init__(
        self, *, terms: Terms, programmes: Programmes, institution_settings: Institution, threads: Threads
    ) -> None:
        self._terms = terms
        self._programmes = programmes
        self._institution_settings = institution_settings
        self._threads = threads

    async def ListProgrammes(self, request: pb.ListProgrammesRequest, context: Context) -> pb.ListProgrammesResponse:
        page = await self._threads.run(self._programmes.list, from_proto.page(request))
        programmes = [teaching.programme(programme) for programme in page.items]
        return pb.ListProgrammesResponse(programmes=programmes, next_page_token=page.next_token)

    async def CreateProgramme(self, request: pb.CreateProgrammeRequest, context: Context) -> pb.CreateProgrammeResponse:
        code, name = request.code.strip(), request.name.strip()
        programme = await self._threads.run(self._programmes.create, current_caller(), code, name)
        return pb.CreateProgrammeResponse(programme=teaching.programme(programme))

    async def DeleteProgramme(self, request: pb.DeleteProgrammeRequest, context: Context) -> pb.DeleteProgrammeResponse:
        programme_id = ProgrammeId(UUID(request.programme_id))
        await self._threads.run(self._programmes.delete, current_caller(), programme_id)
        return pb.DeleteProgrammeResponse()

    async def ListTerms(self, request: pb.ListTermsRequest, context: Context) -> pb.ListTermsResponse:
        page = await self._threads.run(
            self._terms.list, pairs.TERM_STATE.member(request.state), from_proto.page(request)
        )
        terms = [teaching.term(term) for term in page.items]
        return pb.ListTermsResponse(terms=terms, next_page_token=page.next_token)

    async def CreateTerm(self, request: pb.CreateTermRequest, context: Context) -> pb.CreateTermResponse:
        key = from_proto.request_key(request, request.request_id)
        term = await self._threads.run(self._terms.create, current_caller(), teaching.new_term(request), key)
        return pb.CreateTermResponse(term=teaching.term(term))

    async def UpdateTerm(self, request: pb.UpdateTermRequest, context: Context) -> pb.UpdateTermResponse:
        term_id, fields = TermId(UUID(request.term_id)), teaching.term_change(request)
        term = await self._threads.run(self._terms.update, current_caller(), term_id, fields)
        return pb.UpdateTermResponse(term=teaching.term(term))

    async def CloseTerm(self, request: pb.CloseTermRequest, context: Context) -> pb.CloseTermResponse:
        term_id = TermId(UUID(request.term_id))
        closing = await self._threads.run(self._terms.close, current_caller(), term_id, request.dry_run)
        return teaching.closing(closing)

    async def GetSettings(self, request: pb.GetSettingsRequest, context: Context) -> pb.GetSettingsResponse:
        return institution.effective(await self._threads.run(self._institution_settings.get))

    async def UpdateSettings(self, request: pb.UpdateSettingsRequest, context: Context) -> pb.UpdateSettingsResponse:
        fields = institution.change(request)
        settings = await self._threads.run(self._institution_settings.update, current_caller(), fields)
        return pb.UpdateSettingsResponse(settings=institution.settings(settings))
