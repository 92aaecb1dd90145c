"""Returns: read, fill and hand in. Whoever writes names the revision it was read at."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from gongjian.api.answers import Changed, RevisionNeeded
from gongjian.api.reading import Collection, Resource
from gongjian.api.serializers import CellsSerializer, ObligationSerializer, ReturnSerializer
from gongjian.api.values import KEY, WORD
from gongjian.foundation.kernel.errors import FieldErrors
from responsibilities.authority import FILL_RETURN, SUBMIT_RETURN
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.services.returns import save_cells, start_return, submit_return
from responsibilities.sheet import build_sheet

OWED = Obligation.objects.select_related("unit", "period", "form").prefetch_related("returns")


class Returns(Collection):
    group = "季报"
    titles: ClassVar[dict[str, str]] = {"GET": "应报季报清单"}
    permission = FILL_RETURN
    queryset = OWED
    serializer_class = ObligationSerializer
    filters: ClassVar[dict[str, Any]] = {
        "unit": ("unit__code", WORD),
        "period": ("period_id", KEY),
        "state": ("returns__state", WORD),
    }
    orders = ("-due_on", "due_on")


class OneReturn(Resource):
    """One return with its cells; PATCH keeps all of what is sent or nothing of it."""

    group = "季报"
    titles: ClassVar[dict[str, str]] = {"GET": "一张季报和它的各格", "PATCH": "填写几格"}
    permission = FILL_RETURN
    queryset = OWED
    serializer_class = ReturnSerializer
    taken: ClassVar[dict[str, Any]] = {"PATCH": CellsSerializer}
    guarded: ClassVar[tuple[str, ...]] = ("PATCH",)
    http_method_names = ["get", "head", "options", "patch"]

    def get(self, request: Request, pk: int) -> Response:
        return self.show(self.get_object())

    def patch(self, request: Request, pk: int) -> Response:
        obligation = self.locked(request)
        given = CellsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        answer = save_cells(
            start_return(obligation, actor=self.actor),
            actor=self.actor,
            changes=given.validated_data["cells"],
            base={},
            remarks=given.validated_data.get("remarks"),
            rated=False,
        )
        if answer.errors:
            raise FieldErrors({f"cells.{code}": text for code, text in answer.errors.items()})
        return self.show(self.get_object())

    def locked(self, request: Request) -> Obligation:
        """The obligation for this transaction alone, still as the caller read it."""
        read_at = request.headers.get("If-Match", "")
        obligation: Obligation = self.get_object()
        if not read_at:
            raise RevisionNeeded
        Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
        held = QuarterlyReturn.objects.filter(obligation=obligation)
        if tag_of(held.select_for_update(of=("self",)).first()) != read_at:
            raise Changed
        return obligation

    def show(self, obligation: Obligation) -> Response:
        held = QuarterlyReturn.objects.filter(obligation=obligation).first()
        if held is not None:
            held.unit, held.period, held.form = obligation.unit, obligation.period, obligation.form
        sheet = build_sheet(obligation, held)
        cells = [
            {"code": row.code, "label": row.label, "unit": row.unit, "value": row.typed}
            | {"remark": row.remark, "readonly": bool(row.readonly) or sheet.is_locked}
            for section in sheet.sections
            for row in section.rows
        ]
        data = {**ObligationSerializer(obligation).data, "cells": cells}
        return Response(data, headers={"ETag": tag_of(held)})


class ReturnSubmit(OneReturn):
    """报送, with all checks of the screen."""

    titles: ClassVar[dict[str, str]] = {"POST": "报送"}
    permission = SUBMIT_RETURN
    taken: ClassVar[dict[str, Any]] = {}
    guarded: ClassVar[tuple[str, ...]] = ("POST",)
    http_method_names = ["post", "options"]

    def post(self, request: Request, pk: int) -> Response:
        obligation = self.locked(request)
        submit_return(start_return(obligation, actor=self.actor), actor=self.actor)
        return self.show(self.get_object())


def tag_of(held: QuarterlyReturn | None) -> str:
    """Changes with every writing and every step; nobody has begun: one tag as well."""
    return '"none"' if held is None else f'"{held.pk}.{held.revision}.{held.state}"'
