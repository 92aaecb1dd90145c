"""Pages of targets: the list, one's own tasks, one target with its steps and history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from gongjian.foundation.web.templatetags.ui import num
from gongjian.foundation.workflow.lifecycle import Step
from orgs.models import Unit
from responsibilities.authority import (
    ACKNOWLEDGE_TARGET,
    ALLOCATE_TARGET,
    AMEND_TARGET,
    DECIDE_PROPOSAL,
    MAKE_LETTER,
    PROPOSE_TARGET,
    VIEW_TARGET,
)
from responsibilities.enums import PlanState, TargetState
from responsibilities.filters.planning import TargetFilter
from responsibilities.forms.planning import (
    AmendmentForm,
    DecisionForm,
    ProposalForm,
    ResponsibleForm,
)
from responsibilities.models import Target
from responsibilities.queries.planning import current_plan, targets_of
from responsibilities.services.targets import (
    acknowledge_target,
    acknowledge_targets,
    amend_target,
    decide_proposal,
    name_responsible,
    propose_value,
)
from responsibilities.tables.planning import TargetTable


class _Targets(RecordsMixin):
    """Targets within reach; drafts of the superior stay hidden from the unit they are for."""

    queryset = Target.objects.select_related("unit", "indicator", "plan", "parent__unit")

    def get_queryset(self) -> TenantQuerySet[Any]:
        records = super().get_queryset()
        if self.scope.reach is Reach.TENANT:
            return records
        return records.exclude(Q(state=TargetState.DRAFT) & Q(unit__path=self.scope.path))


class TargetList(_Targets, ListPage):
    permission = VIEW_TARGET
    heading = "目标任务"
    table_class = TargetTable
    filterset_class = TargetFilter

    def get_queryset(self) -> TenantQuerySet[Any]:
        return super().get_queryset().order_by("-plan__year", "unit__path", "indicator__code", "pk")


class MyTargets(Page):
    """What this unit was handed down, to be received in one go."""

    permission = VIEW_TARGET
    heading = "本单位目标任务"
    template_name = "responsibilities/my_targets.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        plan = current_plan()
        targets = list(targets_of(self.actor.unit_id or 0, plan)) if plan else []
        waiting = [target for target in targets if target.state == TargetState.ISSUED]
        return self.render(
            {
                "plan": plan,
                "targets": targets,
                "waiting_count": len(waiting),
                "may_acknowledge": bool(waiting) and self.actor.may(ACKNOWLEDGE_TARGET),
                "may_propose": self.actor.may(PROPOSE_TARGET),
                "letter_url": reverse(
                    "responsibilities:unit_letter", args=[plan.pk, self.actor.unit_id]
                )
                if plan and targets and self.actor.may(MAKE_LETTER)
                else "",
            }
        )


class MyTargetsAcknowledge(ConfirmPage):
    permission = ACKNOWLEDGE_TARGET
    heading = "签收全部目标任务"
    help_text = "签收表示本单位确认承担这些目标。已提出建议、等待上级答复的目标不在其中。"
    submit_label = "全部签收"

    def perform(self, form: Any) -> int:
        plan = current_plan()
        unit = Unit.objects.filter(pk=self.actor.unit_id or 0).first()
        if plan is None or unit is None:
            raise Http404
        count = acknowledge_targets(unit, plan=plan, actor=self.actor)
        self.say(f"已签收 {count} 项目标任务。")
        return count

    def get_success_url(self, result: int) -> str:
        return reverse("responsibilities:my_targets")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:my_targets")


class TargetDetail(_Targets, DetailPage):
    permission = VIEW_TARGET
    template_name = "responsibilities/target_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        target = self.object
        unit = target.indicator.unit_label
        facts = [
            ("年度方案", target.plan),
            ("承担单位", target.unit),
            ("状态", target.get_state_display()),
            ("目标值", f"{num(target.value)} {unit}"),
            (
                "下达值",
                None if target.issued_value is None else f"{num(target.issued_value)} {unit}",
            ),
            (
                "上年完成数",
                None if target.base_value is None else f"{num(target.base_value)} {unit}",
            ),
            ("下达单位", target.parent.unit if target.parent else None),
            ("责任领导", target.responsible_leader),
            ("责任人", target.responsible_person),
            ("完成时限", target.due_on),
            ("签收时间", target.acknowledged_at),
        ]
        if target.over_reason:
            facts.append(("加码理由", target.over_reason))
        return [(label, value or "—") for label, value in facts]

    def get_steps(self) -> list[dict[str, str]]:
        target: Target = self.object
        acts = [
            ("acknowledge", ACKNOWLEDGE_TARGET, "签收", "circle-check", "primary"),
            ("propose", PROPOSE_TARGET, "提出建议", "message-2", ""),
            ("decide", DECIDE_PROPOSAL, "答复建议", "message-2", "primary"),
            ("responsible", ALLOCATE_TARGET, "责任人", "user", ""),
            ("amend", AMEND_TARGET, "办理调整单", "edit", ""),
        ]
        return [
            {"label": label, "url": self._url(name), "icon": icon, "style": style}
            for name, permission, label, icon, style in acts
            if self.actor.may(permission, at=target.unit) and self._is_open(name)
        ]

    def _url(self, name: str) -> str:
        if name == "acknowledge":
            return reverse("responsibilities:target_step", args=[self.object.pk, name])
        return reverse(f"responsibilities:target_{name}", args=[self.object.pk])

    def _is_open(self, name: str) -> bool:
        """Buttons only for what the service would do; the service asks again."""
        target: Target = self.object
        if target.plan.state == PlanState.ARCHIVED:
            return False
        waiting = target.state == TargetState.ISSUED
        return {
            "acknowledge": waiting and not target.has_open_proposal,
            "propose": waiting,
            "decide": target.has_open_proposal,
            "responsible": target.parent_id is not None
            and target.state != TargetState.ACKNOWLEDGED,
            "amend": target.is_handed_down,
        }[name]

    def get_extra(self) -> dict[str, Any]:
        target: Target = self.object
        may_print = self.actor.may(MAKE_LETTER, at=target.unit)
        can_divide = (
            target.indicator.is_divisible
            and target.unit.child_count > 0
            and self.actor.may(ALLOCATE_TARGET)
        )
        return {
            "crumbs": [("目标任务", reverse("responsibilities:target_list"))],
            "amendments": list(target.amendments.all()),
            "may_print": may_print,
            "letter_url": reverse(
                "responsibilities:unit_letter", args=[target.plan_id, target.unit_id]
            )
            if may_print and target.parent_id is not None and target.is_handed_down
            else "",
            "tree_url": reverse("responsibilities:target_tree", args=[target.pk])
            if target.unit.child_count and target.indicator.is_divisible
            else "",
            "board_url": reverse("responsibilities:allocation_board", args=[target.pk])
            if can_divide
            else "",
        }


class TargetStep(_Targets, StepPage):
    permission = ACKNOWLEDGE_TARGET
    services = {"acknowledge": acknowledge_target}
    success_message = "已签收。"

    @property
    def step(self) -> Step:
        return Target.lifecycle["acknowledge"]


class _OneTarget(_Targets, FormPage, base=True):
    """A form about one target."""

    template_name = "responsibilities/target_form.html"

    def get_target(self) -> Target:
        if not hasattr(self, "_target"):
            self._target: Target = self.get_object()
        return self._target

    def get_cancel_url(self) -> str:
        return self.get_target().get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        target = self.get_target()
        return {"object": target, "crumbs": [(str(target), target.get_absolute_url())]}


class TargetPropose(_OneTarget):
    permission = PROPOSE_TARGET
    heading = "提出目标建议"
    help_text = "对下达的目标值有不同意见时填写。上级答复以前，本目标暂不能签收。"
    form_class = ProposalForm
    submit_label = "提交建议"
    success_message = "建议已提交，等待上级答复。"

    def perform(self, form: Any) -> Target:
        return propose_value(self.get_target(), actor=self.actor, **form.cleaned_data)


class TargetDecide(_OneTarget):
    permission = DECIDE_PROPOSAL
    heading = "答复目标建议"
    help_text = "采纳后系统自动生成调整单，差数记入本级机动。"
    form_class = DecisionForm
    submit_label = "答复"
    success_message = "已答复。"

    def perform(self, form: Any) -> Target:
        return decide_proposal(self.get_target(), actor=self.actor, **form.cleaned_data)


class TargetAmend(_OneTarget):
    permission = AMEND_TARGET
    heading = "目标调整单"
    help_text = "调整后须由下级重新签收；以前季度仍按原值计算，差数记入本级机动。"
    form_class = AmendmentForm
    submit_label = "确认调整"
    success_message = "目标已调整，等待下级重新签收。"

    def perform(self, form: Any) -> Target:
        return amend_target(self.get_target(), actor=self.actor, **form.cleaned_data)


class TargetResponsible(_OneTarget):
    permission = ALLOCATE_TARGET
    heading = "确定责任人"
    form_class = ResponsibleForm
    success_message = "责任人已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"instance": self.get_target()}

    def perform(self, form: Any) -> Target:
        return name_responsible(self.get_target(), actor=self.actor, values=form.cleaned_data)
