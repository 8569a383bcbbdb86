"""Figures of the whole institution, for administrators."""

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.ports.outside import Threads
from absense_server.rpc.context import Context
from absense_server.rpc.convert import figures
from absense_server.services.day_figures import DailyFigures


class AnalyticsCalls(AdminServiceServicer):
    """What attendance came to everywhere."""

    def __init__(self, *, daily_figures: DailyFigures, report_threads: Threads) -> None:
        self._daily_figures = daily_figures
        self._report_threads = report_threads

    async def GetAnalytics(self, request: pb.GetAnalyticsRequest, context: Context) -> pb.GetAnalyticsResponse:
        bounds, interval = figures.bounds(request), figures.interval(request.interval)
        return figures.analytics(await self._report_threads.run(self._daily_figures.analytics, bounds, interval))
