"""Pages of schemes: list, items from the shelf, weights, grades, judging."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse

from assessments import services
from assessments.authority import JUDGE_ITEM, MANAGE_SCHEME, RUN_ASSESSMENT, VIEW_SCHEME
from assessments.filters import SchemeFilter
from assessments.forms import (
    DefaultSchemeForm,
    GradeRuleForm,
    ItemForm,
    JudgedItemForm,
    JudgingForm,
    PeerGroupForm,
    SchemeForm,
    ShelfForm,
    WeightForm,
)
from assessments.models import GradeRule, PeerGroup, Scheme, SchemeItem
from assessments.queries import (
    groups_of,
    members_of,
    own_marks,
    peer_groups,
    shelf_entries,
    units_to_judge,
    weights_of,
)
from assessments.tables import PeerGroupTable, SchemeTable
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)

SCHEMES = Scheme.objects.select_related("period", "supersedes")


def crumbs(scheme: Scheme | None = None) -> list[tuple[str, str]]:
    trail = [("考核方案", reverse("assessments:scheme_list"))]
    return [*trail, (str(scheme), scheme.get_absolute_url())] if scheme else trail


class SchemeList(ListPage):
    permission = VIEW_SCHEME
    heading = "考核方案"
    queryset = SCHEMES
    table_class = SchemeTable
    filterset_class = SchemeFilter
    template_name = "assessments/scheme_list.html"

    def get_extra(self) -> dict[str, Any]:
        return {
            "create_url": reverse("assessments:scheme_create")
            if self.actor.may(MANAGE_SCHEME)
            else "",
            "create_label": "新建方案",
            "may_manage": self.actor.may(MANAGE_SCHEME),
            "empty_text": "还没有考核方案。可以用“按默认生成”从已有指标起草一份，再作修改。",
        }


class SchemeCreate(FormPage):
    permission = MANAGE_SCHEME
    heading = "新建考核方案"
    form_class = SchemeForm
    success_message = "方案已建立，请接着添加考核项目。"

    def perform(self, form: Any) -> Scheme:
        return services.create_scheme(actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("assessments:scheme_list")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs()}


class SchemeFromDefaults(FormPage):
    permission = MANAGE_SCHEME
    heading = "按默认生成考核方案"
    form_class = DefaultSchemeForm
    submit_label = "生成草案"
    help_text = (
        "把各机制提供的可计分指标平均分配权重，另设一项由评委评分，"
        "分县区、乡镇街道、村社区企业三组。生成后仍可修改。"
    )
    success_message = "草案已生成，请核对项目和权重后印发。"

    def perform(self, form: Any) -> Scheme:
        data = form.cleaned_data
        return services.scheme_from_defaults(
            data["period"], actor=self.actor, title=data["title"], full_score=data["full_score"]
        )

    def get_cancel_url(self) -> str:
        return reverse("assessments:scheme_list")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs()}


class SchemeDetail(DetailPage):
    permission = VIEW_SCHEME
    queryset = SCHEMES
    template_name = "assessments/scheme_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        rule = GradeRule.objects.filter(scheme=self.object).first() or GradeRule()
        lines = (
            f"优秀不低于 {show(rule.excellent_from)}，良好不低于 {show(rule.good_from)}，"
            f"合格不低于 {show(rule.qualified_from)}（折合百分制）"
        )
        quota = (
            f"每组不超过 {show(rule.excellent_quota)}%，舍去小数，至少一家；"
            "总分相同的，权重较大的项目得分高者优先"
        )
        cap = "不限" if rule.bonus_cap is None else f"{show(rule.bonus_cap)} 分"
        days = f"{rule.notice_days} 个工作日" if rule.notice_days else "不公示"
        return [
            ("考核期间", self.object.period),
            ("满分", self.object.full_score),
            ("加分封顶", cap),
            ("公示", days),
            ("版本", self.object.version),
            ("状态", self.object.get_state_display()),
            ("等次", lines),
            ("优秀名额", quota),
        ]

    def get_extra(self) -> dict[str, Any]:
        weights = weights_of(self.object)
        groups = groups_of(self.object)
        items = list(self.object.items.all())
        may_edit = self.object.is_draft and self.actor.may(MANAGE_SCHEME)
        return {
            "crumbs": crumbs(),
            "groups": groups,
            "rows": [
                {"item": item, "weights": [weights.get((item.pk, group.pk)) for group in groups]}
                for item in items
            ],
            "sums": [
                sum(
                    (weight for (_, group_id), weight in weights.items() if group_id == group.pk),
                    Decimal(0),
                )
                for group in groups
            ],
            "runs": list(self.object.runs.order_by("-number")[:10]),
            "may_edit": may_edit,
            "may_run": self.object.state == "published" and self.actor.may(RUN_ASSESSMENT),
            "may_revise": self.object.state == "published" and self.actor.may(MANAGE_SCHEME),
            "may_judge": self.object.state == "published"
            and self.actor.may(JUDGE_ITEM)
            and any(item.is_judged for item in items),
        }


class OfScheme(RecordsMixin, FormPage, base=True):
    """A form about one scheme; ends on the scheme's page."""

    queryset = SCHEMES

    @property
    def scheme(self) -> Scheme:
        if not hasattr(self, "_scheme"):
            self._scheme: Scheme = self.get_object()
        return self._scheme

    def get_cancel_url(self) -> str:
        return self.scheme.get_absolute_url()

    def get_success_url(self, result: Any) -> str:
        return self.scheme.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs(self.scheme), "object": self.scheme}


class SchemeEdit(OfScheme):
    permission = MANAGE_SCHEME
    heading = "修改考核方案"
    form_class = SchemeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": SchemeForm.initial_of(self.scheme)}

    def perform(self, form: Any) -> Scheme:
        return services.edit_scheme(self.scheme, actor=self.actor, values=form.cleaned_data)


class SchemeStep(StepPage):
    permission = MANAGE_SCHEME
    queryset = SCHEMES
    services = {"publish": services.publish_scheme, "archive": services.archive_scheme}


class SchemeRevise(ConfirmPage, OfScheme):
    permission = MANAGE_SCHEME
    heading = "起草新版本"
    submit_label = "起草新版本"

    def perform(self, form: Any) -> Scheme:
        return services.revise_scheme(self.scheme, actor=self.actor)

    def get_success_url(self, result: Scheme) -> str:
        return result.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {
            **super().get_extra(),
            "question": "将复制现行版本为新的草案。新版印发后，现行版本自动归档，"
            "已有的考核结果不受影响。",
        }


class ItemsFromShelf(OfScheme):
    permission = MANAGE_SCHEME
    heading = "从指标中选取"
    submit_label = "加入方案"
    template_name = "assessments/shelf_form.html"

    def get_form(self, data: Any = None, files: Any = None) -> ShelfForm:
        taken = {f"{item.source_key}/{item.indicator_code}" for item in self.scheme.items.all()}
        return ShelfForm(data, entries=shelf_entries(), taken=taken)

    def perform(self, form: Any) -> Any:
        return services.add_offered_items(self.scheme, actor=self.actor, keys=form.chosen())


class ItemCreate(OfScheme):
    permission = MANAGE_SCHEME
    heading = "添加评委评分、加分、扣分或一票否决项目"
    form_class = JudgedItemForm
    help_text = "没有数据的项目在这里添加。有数据的指标请用“从指标中选取”添加，再改它的计分方法。"

    def get_form_kwargs(self) -> dict[str, Any]:
        count = self.scheme.items.count()
        return {"initial": {"order": count * 10 + 10}}

    def perform(self, form: Any) -> SchemeItem:
        return services.add_item(self.scheme, actor=self.actor, values=form.values())


class OfItem(RecordsMixin, FormPage, base=True):
    """A form about one item of a scheme."""

    queryset = SchemeItem.objects.select_related("scheme__period")

    @property
    def item(self) -> SchemeItem:
        if not hasattr(self, "_item"):
            self._item: SchemeItem = self.get_object()
        return self._item

    def get_cancel_url(self) -> str:
        return self.item.scheme.get_absolute_url()

    def get_success_url(self, result: Any) -> str:
        return self.item.scheme.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs(self.item.scheme), "object": self.item}


class ItemEdit(OfItem):
    permission = MANAGE_SCHEME
    heading = "修改考核项目"
    form_class = ItemForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": ItemForm.initial_of(self.item)}

    def perform(self, form: Any) -> SchemeItem:
        return services.edit_item(self.item, actor=self.actor, values=form.values())


class ItemRemove(ConfirmPage, OfItem):
    permission = MANAGE_SCHEME
    heading = "删除考核项目"
    submit_label = "删除"

    def perform(self, form: Any) -> Scheme:
        return services.remove_item(self.item, actor=self.actor)

    def get_extra(self) -> dict[str, Any]:
        return {
            **super().get_extra(),
            "question": "项目和它的权重将一并删除，之后须重新调整权重，使各组合计等于满分。",
        }


class WeightGrid(OfScheme):
    permission = MANAGE_SCHEME
    heading = "设置权重"
    template_name = "assessments/weight_form.html"
    submit_label = "保存权重"
    help_text = "每个可比组的权重合计应等于满分；不考核的组整列留空。"

    def get_form(self, data: Any = None, files: Any = None) -> WeightForm:
        return WeightForm(
            data,
            items=list(self.scheme.items.all()),
            groups=list(PeerGroup.objects.order_by("sort_order", "pk")),
            weights=weights_of(self.scheme),
        )

    def perform(self, form: Any) -> Scheme:
        return services.set_weights(self.scheme, actor=self.actor, weights=form.weights())


class GradeRuleEdit(OfScheme):
    permission = MANAGE_SCHEME
    heading = "等次规则"
    form_class = GradeRuleForm
    help_text = "分数线按百分制折算。"

    def get_form_kwargs(self) -> dict[str, Any]:
        rule = GradeRule.objects.filter(scheme=self.scheme).first() or GradeRule()
        return {"initial": GradeRuleForm.initial_of(rule)}

    def perform(self, form: Any) -> GradeRule:
        return services.set_grade_rule(self.scheme, actor=self.actor, values=form.cleaned_data)


class JudgingBoard(RecordsMixin, Page):
    """Items that wait for this judge's marks."""

    permission = JUDGE_ITEM
    queryset = SCHEMES
    heading = "评委评分"
    template_name = "assessments/judging_board.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        scheme = self.get_object()
        rows = [
            {
                "item": item,
                "units": len(units_to_judge(item, self.actor)),
                "marked": len(own_marks(item, self.actor)),
            }
            for item in scheme.items.filter(method="judged")
        ]
        return self.render({"object": scheme, "rows": rows, "crumbs": crumbs(scheme)})


class JudgingGrid(OfItem):
    permission = JUDGE_ITEM
    template_name = "assessments/judging_form.html"
    submit_label = "保存评分"
    success_message = "评分已保存。"

    def get_heading(self) -> str:
        return f"评分：{self.item.name}"

    def get_form(self, data: Any = None, files: Any = None) -> JudgingForm:
        if not self.item.is_judged:
            raise Http404
        return JudgingForm(
            data,
            members=units_to_judge(self.item, self.actor),
            marks=own_marks(self.item, self.actor),
        )

    def perform(self, form: Any) -> SchemeItem:
        return services.enter_judged_scores(self.item, actor=self.actor, scores=form.scores())

    def get_success_url(self, result: Any) -> str:
        return reverse("assessments:judging_board", args=[self.item.scheme_id])

    def get_cancel_url(self) -> str:
        return self.get_success_url(None)


class PeerGroupList(ListPage):
    permission = VIEW_SCHEME
    heading = "可比组"
    queryset = peer_groups()
    table_class = PeerGroupTable

    def get_extra(self) -> dict[str, Any]:
        may_manage = self.actor.may(MANAGE_SCHEME)
        return {
            "crumbs": crumbs(),
            "create_url": reverse("assessments:peer_group_create") if may_manage else "",
            "create_label": "新建可比组",
            "help_text": "考核只在可比组内排名，不足三家的组不排名。",
            "empty_text": "还没有可比组。可比组把条件相近的单位放在一起比较，请先新建。",
        }


class PeerGroupDetail(DetailPage):
    permission = VIEW_SCHEME
    queryset = PeerGroup.objects.all()
    template_name = "assessments/peer_group_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        return [("条件", self.object.rule_label), ("次序", self.object.sort_order)]

    def get_extra(self) -> dict[str, Any]:
        groups = list(PeerGroup.objects.all())
        members = [member for member in members_of(groups) if member.group_id == self.object.pk]
        return {
            "crumbs": [("可比组", reverse("assessments:peer_group_list"))],
            "members": members[:200],
            "member_count": len(members),
            "may_edit": self.actor.may(MANAGE_SCHEME),
        }


class PeerGroupCreate(FormPage):
    permission = MANAGE_SCHEME
    heading = "新建可比组"
    form_class = PeerGroupForm
    template_name = "assessments/peer_group_form.html"

    def perform(self, form: Any) -> PeerGroup:
        data = form.cleaned_data
        return services.create_peer_group(actor=self.actor, values=data, units=list(data["units"]))

    def get_cancel_url(self) -> str:
        return reverse("assessments:peer_group_list")


class PeerGroupEdit(RecordsMixin, FormPage):
    permission = MANAGE_SCHEME
    heading = "修改可比组"
    queryset = PeerGroup.objects.all()
    form_class = PeerGroupForm
    template_name = "assessments/peer_group_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": PeerGroupForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> PeerGroup:
        data = form.cleaned_data
        return services.edit_peer_group(
            self.get_object(), actor=self.actor, values=data, units=list(data["units"])
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
