"""What machines read of each row."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.calendar.models import Period
from orgs.models import Unit
from responsibilities.models import Obligation, Target


class UnitSerializer(serializers.ModelSerializer[Unit]):
    class Meta:
        model = Unit
        fields = (
            "id",
            "code",
            "name",
            "level",
            "category",
            "parent_id",
            "worker_count",
            "member_count",
            "opened_on",
            "closed_on",
        )


class PeriodSerializer(serializers.ModelSerializer[Period]):
    class Meta:
        model = Period
        fields = ("id", "kind", "year", "ordinal", "name", "starts_on", "ends_on", "due_on")


class TargetSerializer(serializers.ModelSerializer[Target]):
    unit_code = serializers.CharField(source="unit.code")
    indicator_code = serializers.CharField(source="indicator.code")
    indicator_name = serializers.CharField(source="indicator.name")
    year = serializers.IntegerField(source="plan.year")

    class Meta:
        model = Target
        fields = (
            "id",
            "year",
            "unit_code",
            "indicator_code",
            "indicator_name",
            "state",
            "issued_value",
            "due_on",
        )


class FollowUpSerializer(serializers.ModelSerializer[FollowUp]):
    unit_code = serializers.CharField(source="unit.code")

    class Meta:
        model = FollowUp
        fields = ("id", "kind", "urgency", "title", "requirement", "unit_code", "state", "due_on")


class DocumentSerializer(serializers.ModelSerializer[OfficialDocument]):
    class Meta:
        model = OfficialDocument
        fields = ("id", "title", "state", "issued_on")


class ObligationSerializer(serializers.ModelSerializer[Obligation]):
    """What a unit owes for a period, and how far its return has come."""

    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    period_name = serializers.CharField(source="period.name")
    state = serializers.SerializerMethodField()

    class Meta:
        model = Obligation
        fields = (
            "id",
            "unit_code",
            "unit_name",
            "period_id",
            "period_name",
            "due_on",
            "extended_to",
            "is_exempt",
            "state",
        )

    def get_state(self, obligation: Obligation) -> str:
        """Empty where nobody has begun."""
        held = next(iter(obligation.returns.all()), None)
        return "" if held is None else str(held.state)


class CellSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True, help_text="与屏幕上填写的写法相同")
    remark = serializers.CharField(allow_blank=True)
    readonly = serializers.BooleanField()


class ReturnSerializer(ObligationSerializer):
    """For the description alone: what ``OneReturn.show`` puts together."""

    cells = CellSerializer(many=True, read_only=True)

    class Meta(ObligationSerializer.Meta):
        fields = (*ObligationSerializer.Meta.fields, "cells")  # type: ignore[assignment]


class CellsSerializer(serializers.Serializer[dict[str, str]]):
    """Cells by code, as they would be typed; numbers are taken as well."""

    cells = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=2000), allow_empty=False
    )
    remarks = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=200), required=False
    )


class AcceptSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(
        allow_blank=True, max_length=300, required=False, default="", help_text="审核意见"
    )
    remarks = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=300),
        required=False,
        default=dict,
        help_text="栏目代码 → 写在这一栏旁边的意见",
    )


class SendBackSerializer(AcceptSerializer):
    """A reason, or at least one remark; the service asks for either."""


class OpinionSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(
        allow_blank=True, max_length=500, required=False, default="", help_text="意见，可不写"
    )


class DemandSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, help_text="为什么退办，怎么补")


class ResultSerializer(OpinionSerializer):
    result = serializers.CharField(max_length=2000, help_text="怎么办的、办成什么样")
