"""Steps of follow-ups: receipt and report by the unit, verification by another person."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework.request import Request
from rest_framework.response import Response

from gongjian.api.answers import Changed, RevisionNeeded
from gongjian.api.reading import Resource
from gongjian.api.serializers import (
    DemandSerializer,
    FollowUpSerializer,
    OpinionSerializer,
    ResultSerializer,
)
from gongjian.commons.follow_ups.authority import HANDLE_FOLLOW_UP, VERIFY_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpState
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.queries import handled_by
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    lock_follow_up,
    receive_follow_up,
    report_follow_up,
    return_follow_up,
)
from gongjian.foundation.tenancy.models import TenantQuerySet


class _Step(Resource):
    group = "督办"
    queryset = FollowUp.objects.exclude(state=FollowUpState.DRAFT).select_related("unit", "giver")
    serializer_class = FollowUpSerializer
    guarded: ClassVar[tuple[str, ...]] = ("POST",)
    http_method_names = ["post", "options"]
    #: The screen's own service, with the same words as the body.
    service: ClassVar[Any]

    def post(self, request: Request, pk: int) -> Response:
        read_at = request.headers.get("If-Match", "")
        found = self.get_object()
        if not read_at:
            raise RevisionNeeded
        follow_up = lock_follow_up(found)
        if tag_of_follow_up(follow_up) != read_at:
            raise Changed
        given = self.taken["POST"](data=request.data)
        given.is_valid(raise_exception=True)
        done = type(self).service(follow_up, actor=self.actor, **given.validated_data)
        return Response(self.serializer_class(done).data, headers={"ETag": tag_of_follow_up(done)})


class _Handling(_Step):
    """By the unit whose matter it is, or that acts for it these days."""

    permission = HANDLE_FOLLOW_UP

    def get_queryset(self) -> TenantQuerySet[Any]:
        mine = handled_by(self.actor).values("pk")
        return cast("TenantQuerySet[Any]", self.queryset.filter(pk__in=mine))


class Receive(_Handling):
    titles: ClassVar[dict[str, str]] = {"POST": "签收"}
    taken: ClassVar[dict[str, Any]] = {"POST": OpinionSerializer}
    service = staticmethod(receive_follow_up)


class Report(_Handling):
    titles: ClassVar[dict[str, str]] = {"POST": "申请办结"}
    taken: ClassVar[dict[str, Any]] = {"POST": ResultSerializer}
    service = staticmethod(report_follow_up)


class _Verifying(_Step):
    permission = VERIFY_FOLLOW_UP


class Clear(_Verifying):
    titles: ClassVar[dict[str, str]] = {"POST": "核验销号"}
    taken: ClassVar[dict[str, Any]] = {"POST": OpinionSerializer}
    service = staticmethod(clear_follow_up)


class SendBack(_Verifying):
    titles: ClassVar[dict[str, str]] = {"POST": "退办"}
    taken: ClassVar[dict[str, Any]] = {"POST": DemandSerializer}
    service = staticmethod(return_follow_up)


def tag_of_follow_up(follow_up: FollowUp) -> str:
    return f'"{follow_up.pk}.{follow_up.revision}.{follow_up.state}"'
