"""The ledger as the unit and the office read it."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.commons.points.authority import ADJUST_POINTS, KEEP_RULES, VIEW_POINTS
from gongjian.commons.points.filters import AccountFilter
from gongjian.commons.points.forms import AdjustForm
from gongjian.commons.points.models import PointAccount, PointEntry
from gongjian.commons.points.queries import rules_for, valid_entries
from gongjian.commons.points.services.ledger import adjust
from gongjian.commons.points.shelf import point_mechanisms
from gongjian.commons.points.tables import AccountTable
from gongjian.commons.points.workbook import ledger_workbook
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, Page, RecordsMixin


class AccountList(ListPage):
    """积分台账: accounts in the reach of the post, in the order of the tree."""

    permission = VIEW_POINTS
    queryset = PointAccount.objects.select_related("unit").order_by(
        "-year", "unit__path", "mechanism"
    )
    filterset_class = AccountFilter
    table_class = AccountTable
    heading = "积分台账"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Whoever has but one account is not made to choose it from a list.
        if not request.GET and self.actor.unit_id is not None:
            own = list(self.get_queryset()[:2])
            if len(own) == 1 and own[0].unit_id == self.actor.unit_id:
                return HttpResponseRedirect(own[0].get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_summary(self, records: Any) -> str:
        return "按组织层级排列，不排名。得分由登记的采用、刊播等事实按施行中的规则计算。"

    def get_extra(self) -> dict[str, Any]:
        rules = reverse("points:rules_list") if self.actor.may(KEEP_RULES) else ""
        return {"create_url": rules, "create_label": "积分规则"}


class AccountDetail(DetailPage):
    """Each line with the sentence of the rules that made it so."""

    permission = VIEW_POINTS
    queryset = PointAccount.objects.select_related("unit")
    template_name = "points/account_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        account: PointAccount = self.object
        self.rules = rules_for(account.mechanism, account.year)
        return [
            ("单位", account.unit),
            ("工作", account.mechanism_label),
            ("年度", f"{account.year}年"),
            ("得分", f"{show(account.total)} 分"),
            ("施行规则", self.rules or "尚未施行规则，暂不计分"),
        ]

    def get_extra(self) -> dict[str, Any]:
        account: PointAccount = self.object
        mechanism = point_mechanisms.get(account.mechanism)
        entries = list(valid_entries(account))
        return {
            "entries": [
                {
                    "row": entry,
                    "url": mechanism.url(entry.fact.source_kind, entry.fact.source_id)
                    if mechanism and entry.fact
                    else "",
                }
                for entry in entries
            ],
            "corrections": PointEntry.objects.filter(account=account)
            .exclude(pk__in=[entry.pk for entry in entries])
            .select_related("fact")
            .order_by("-id")[:100],
            "rules": self.rules,
            "may_adjust": self.actor.may(ADJUST_POINTS, at=account.unit),
            "may_see_rules": self.actor.may(KEEP_RULES),
            "export_url": reverse("points:account_workbook", args=[account.pk]),
        }


class AccountAdjust(RecordsMixin, FormPage):
    """更正: an entry by hand, with its reason."""

    permission = ADJUST_POINTS
    queryset = PointAccount.objects.select_related("unit")
    form_class = AdjustForm
    submit_label = "记入台账"
    success_message = "已记入台账，单位可以看到原因。"
    help_text = "原有记录不会改动；需要冲正的，请在来源事项中撤回后重新登记。"

    def get_heading(self) -> str:
        return f"更正积分：{self.get_object()}"

    def perform(self, form: Any) -> PointAccount:
        account: PointAccount = self.get_object()
        adjust(account, actor=self.actor, **form.cleaned_data)
        return account

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class AccountWorkbook(RecordsMixin, Page):
    """The account as an Excel table, reversals and all."""

    permission = VIEW_POINTS
    queryset = PointAccount.objects.select_related("unit")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        return ledger_workbook(self.get_object())
