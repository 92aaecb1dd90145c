"""Dispatches: writing, reading, the desk and its decisions."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from bulletins.authority import (
    COMMISSION,
    EDIT_DISPATCH,
    MAKE_ISSUE,
    VIEW_DISPATCH,
    WRITE_DISPATCH,
)
from bulletins.enums import (
    ON_DESK,
    USUAL_LENGTH,
    WITH_UNIT,
    CommissionState,
    DispatchKind,
    DispatchState,
    IssueState,
)
from bulletins.filters import DispatchFilter
from bulletins.forms import (
    DecideForm,
    DispatchForm,
    EditForm,
    HigherForm,
    InstructionForm,
    ReasonForm,
)
from bulletins.models import (
    CommissionTask,
    Dispatch,
    DispatchPicture,
    HigherAdoption,
    Issue,
    ItemSource,
)
from bulletins.queries import alike_to, desk_dispatches, readable_dispatches, tally
from bulletins.services.desk import (
    check_higher_adoption,
    decide_dispatch,
    drop_higher_adoption,
    edit_dispatch,
    note_instruction,
    reopen_dispatch,
    take_dispatch,
    tell_higher_adoption,
)
from bulletins.services.writing import (
    Author,
    change_dispatch,
    discard_dispatch,
    send_dispatch,
    withdraw_dispatch,
    write_dispatch,
)
from bulletins.tables import TONES, DispatchTable
from bulletins.text import clean, differences
from gongjian.commons.documents.files import read_file
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from orgs.models import Unit

_ROWS = Dispatch.objects.select_related("unit", "task__commission")


class _Readable(RecordsMixin):
    """Pieces the post may read: own drafts, and all that was sent in its reach."""

    queryset = _ROWS

    def get_queryset(self) -> Any:
        return readable_dispatches(self.actor).select_related("unit", "task__commission")  # type: ignore[attr-defined]


class DispatchList(_Readable, ListPage):
    """信息稿件: what the unit wrote and what became of it; of superiors, all below."""

    permission = VIEW_DISPATCH
    table_class = DispatchTable
    filterset_class = DispatchFilter
    template_name = "bulletins/dispatch_list.html"
    heading = "信息稿件"

    def get_summary(self, records: Any) -> str:
        counted = tally(self.get_queryset(), today().year)
        if not counted.sent:
            return "今年还没有报送。"
        return (
            f"今年报送 {counted.sent} 篇，采用 {counted.adopted} 篇，备用 {counted.reserved} 篇，"
            f"未采用 {counted.declined} 篇，待处理 {counted.waiting} 篇"
        )

    def get_extra(self) -> dict[str, Any]:
        return {
            "may_edit": self.actor.may(EDIT_DISPATCH),
            "may_commission": self.actor.may(COMMISSION),
            "create_url": reverse("bulletins:dispatch_create")
            if self.actor.may(WRITE_DISPATCH)
            else "",
            "create_label": "写稿件",
        }


class Desk(RecordsMixin, Page):
    """编辑台: what waits, what is in hand, what is in reserve; issues in the making beside."""

    permission = EDIT_DISPATCH
    queryset = _ROWS
    template_name = "bulletins/desk.html"
    heading = "编辑台"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = list(
            desk_dispatches(self.actor)
            .filter(state__in=ON_DESK)
            .select_related("unit")
            .order_by("sent_at", "pk")[:300]
        )
        columns = [
            {
                "label": label,
                "rows": [row for row in rows if row.state == state],
                "empty": empty,
            }
            for state, label, empty in (
                (DispatchState.SENT, "待受理", "没有待受理的来稿。"),
                (DispatchState.EDITING, "编辑中", "没有正在编辑的稿件。"),
                (DispatchState.RESERVED, "备用", "没有备用稿件。"),
            )
        ]
        issues = (
            Issue.objects.filter(state=IssueState.MAKING)
            .select_related("series")
            .annotate(count=Count("items"))
        )
        return self.render(
            {
                "columns": columns,
                "issues": issues,
                "may_make": self.actor.may(MAKE_ISSUE),
                "tally": tally(desk_dispatches(self.actor), today().year),
            }
        )


class DispatchDetail(_Readable, DetailPage):
    """One piece, its versions side by side, and its whole way."""

    permission = VIEW_DISPATCH
    template_name = "bulletins/dispatch_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        row: Dispatch = self.object
        authors = "、".join(
            author.name if author.unit_id == row.unit_id else f"{author.name}（{author.unit}）"
            for author in row.authors.select_related("unit")
        )
        usual = USUAL_LENGTH[DispatchKind(row.kind)]
        over = f"，一般不超过 {usual} 字" if row.length > usual else ""
        facts = [
            ("稿号", row.number or "报送后编号"),
            ("类型", row.get_kind_display()),
            ("报送单位", row.unit),
            ("作者", authors or "单位供稿"),
            ("审签人", row.signer or "未填写"),
            ("篇幅", f"{row.length} 字{over}"),
        ]
        if row.happened_on:
            facts.append(("事件日期", long_date(row.happened_on)))
        if row.task is not None:
            facts.append(("约稿", row.task.commission))
        if row.sent_at:
            facts.append(("报送", f"{row.sent_at.astimezone():%Y-%m-%d %H:%M}　{row.sent_by}"))
        if row.editor:
            facts.append(("责任编辑", row.editor))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        # Decisions and what happens with an issue have pages of their own.
        own = {"报送", "撤回", "受理编辑", "重新考虑"}
        return [step for step in super().get_steps() if step["label"] in own]

    def get_extra(self) -> dict[str, Any]:
        row: Dispatch = self.object
        edits = self.actor.may(EDIT_DISPATCH, at=row.unit)
        writes = self.actor.may(WRITE_DISPATCH, at=row.unit)
        versions = list(row.versions.all()[:20])
        return {
            "body": clean(row.body),
            "tone": TONES[DispatchState(row.state)],
            "versions": [
                {
                    "version": version,
                    "before": versions[place + 1] if place + 1 < len(versions) else None,
                }
                for place, version in enumerate(versions)
            ],
            "uses": ItemSource.objects.filter(dispatch=row)
            .select_related("item__issue__series")
            .order_by("pk"),
            "higher": row.higher.all(),
            "instructions": row.instructions.all(),
            "matters": FollowUp.objects.filter(
                source_kind="bulletins.instruction",
                source_id__in=row.instructions.values("pk"),
            ).select_related("unit"),
            "may_write": writes and row.state in WITH_UNIT,
            "may_discard": writes and row.state == DispatchState.DRAFT and row.sent_at is None,
            "may_edit": edits and row.state == DispatchState.EDITING,
            "may_decide": edits and row.state in ON_DESK,
            "may_check": edits,
            "may_tell": (edits or writes) and row.sent_at is not None,
            "alike": alike_to(row) if edits and row.state in ON_DESK else [],
        }


class _WriteForm(FormPage, base=True):
    form_class = DispatchForm
    template_name = "bulletins/dispatch_form.html"

    def authors(self, unit: Unit, form: Any) -> list[Author]:
        return [Author(unit.pk, name) for name in form.cleaned_data.pop("authors")]


class DispatchCreate(_WriteForm):
    """写稿件; from a commission its topic and kind are filled in."""

    permission = WRITE_DISPATCH
    heading = "写稿件"
    submit_label = "保存草稿"

    def task(self) -> CommissionTask | None:
        number = self.request.GET.get("task", "")
        if not number.isdigit():
            return None
        return (
            CommissionTask.objects.within(self.scope)
            .filter(pk=number, state__in=[CommissionState.ASKED, CommissionState.ACCEPTED])
            .select_related("commission")
            .first()
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        task = self.task()
        initial: dict[str, Any] = {"signer": "", "kind": DispatchKind.EVENT}
        if task is not None:
            initial |= {"title": task.commission.topic, "kind": task.commission.kind}
        return {"initial": initial}

    def perform(self, form: Any) -> Dispatch:
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        authors = self.authors(unit, form)
        return write_dispatch(
            unit, actor=self.actor, values=form.cleaned_data, authors=authors, task=self.task()
        )

    def get_cancel_url(self) -> str:
        return reverse("bulletins:dispatch_list")


class DispatchWrite(RecordsMixin, _WriteForm):
    permission = WRITE_DISPATCH
    queryset = _ROWS.filter(state__in=WITH_UNIT)
    heading = "修改稿件"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": DispatchForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> Dispatch:
        dispatch: Dispatch = self.get_object()
        revision = form.cleaned_data.pop("revision")
        return change_dispatch(
            dispatch,
            actor=self.actor,
            authors=self.authors(dispatch.unit, form),
            values=form.cleaned_data,
            revision=revision,
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class DispatchDiscard(RecordsMixin, ConfirmPage):
    permission = WRITE_DISPATCH
    queryset = _ROWS.filter(state=DispatchState.DRAFT)
    heading = "删除草稿"
    submit_label = "删除"
    success_message = "草稿已删除。"

    def perform(self, form: Any) -> None:
        discard_dispatch(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:dispatch_list")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class DispatchStep(_Readable, StepPage):
    permission = VIEW_DISPATCH
    services = {
        "send": send_dispatch,
        "withdraw": withdraw_dispatch,
        "take": take_dispatch,
        "reopen": reopen_dispatch,
    }

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class _DeskPage(RecordsMixin, FormPage, base=True):
    permission = EDIT_DISPATCH
    queryset = _ROWS.exclude(state=DispatchState.DRAFT)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class DispatchEdit(_DeskPage):
    permission = EDIT_DISPATCH
    form_class = EditForm
    template_name = "bulletins/dispatch_form.html"
    heading = "编辑稿件"
    help_text = "原稿和每次修改都会保留，作者可以对照查看。"
    success_message = "已保存，作者可以看到修改。"

    def get_form_kwargs(self) -> dict[str, Any]:
        row: Dispatch = self.get_object()
        return {"initial": {"title": row.title, "body": row.body, "revision": row.revision}}

    def perform(self, form: Any) -> Dispatch:
        return edit_dispatch(self.get_object(), actor=self.actor, **form.cleaned_data)


class DispatchDecide(_DeskPage):
    permission = EDIT_DISPATCH
    form_class = DecideForm
    heading = "处理来稿"
    submit_label = "办理"
    success_message = "已办理，作者会收到提醒。"

    def perform(self, form: Any) -> Dispatch:
        return decide_dispatch(self.get_object(), actor=self.actor, **form.cleaned_data)


class DispatchInstruction(_DeskPage):
    permission = EDIT_DISPATCH
    form_class = InstructionForm
    template_name = "bulletins/unit_form.html"
    heading = "登记领导批示"
    submit_label = "登记"
    success_message = "批示已登记。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": Unit.objects.within(self.scope).filter(closed_on=None)}

    def perform(self, form: Any) -> Dispatch:
        values = dict(form.cleaned_data)
        unit, due_on = values.pop("unit"), values.pop("due_on")
        dispatch: Dispatch = self.get_object()
        note_instruction(dispatch, actor=self.actor, values=values, unit=unit, due_on=due_on)
        return dispatch


class DispatchHigher(_Readable, FormPage):
    """上级采用: told by the unit, or by the office with effect at once."""

    permission = VIEW_DISPATCH
    form_class = HigherForm
    heading = "登记上级采用"
    submit_label = "登记"
    help_text = "单位登记的，由办公室核实后生效。"

    def perform(self, form: Any) -> Dispatch:
        dispatch: Dispatch = self.get_object()
        tell_higher_adoption(dispatch, actor=self.actor, values=form.cleaned_data)
        return dispatch

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class HigherCheck(RecordsMixin, ConfirmPage):
    permission = EDIT_DISPATCH
    queryset = HigherAdoption.objects.select_related("dispatch")
    heading = "核实上级采用"
    submit_label = "已核实"
    help_text = "请核对刊物、期号和日期。核实后按积分规则计分并告知作者。"
    success_message = "已核实。"

    def perform(self, form: Any) -> Dispatch:
        return check_higher_adoption(self.get_object(), actor=self.actor).dispatch

    def get_cancel_url(self) -> str:
        return str(self.get_object().dispatch.get_absolute_url())


class HigherDrop(RecordsMixin, FormPage):
    permission = EDIT_DISPATCH
    queryset = HigherAdoption.objects.select_related("dispatch__unit")
    form_class = ReasonForm
    heading = "撤销上级采用"
    submit_label = "撤销"
    success_message = "已撤销，已计的分会冲正。"

    def perform(self, form: Any) -> Dispatch:
        adoption: HigherAdoption = self.get_object()
        drop_higher_adoption(adoption, actor=self.actor, reason=form.cleaned_data["reason"])
        return adoption.dispatch

    def get_cancel_url(self) -> str:
        return str(self.get_object().dispatch.get_absolute_url())


class Compare(_Readable, Page):
    """修改对照: two versions of a piece, as an editor marks them."""

    permission = VIEW_DISPATCH
    template_name = "bulletins/compare.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object()
        versions = {version.number: version for version in row.versions.all()}
        after = versions.get(kwargs["number"])
        before = versions.get(kwargs["number"] - 1)
        if after is None or before is None:
            raise Http404
        return self.render(
            {
                "object": row,
                "heading": f"修改对照：{row}",
                "before": before,
                "after": after,
                "title_pieces": differences(before.title, after.title),
                "pieces": differences(before.plain, after.plain),
            }
        )


class Picture(Page):
    """A picture of a piece, for those who may read the piece or the issue it stands in."""

    permission = VIEW_DISPATCH

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        readable = readable_dispatches(self.actor)
        printed = ItemSource.objects.filter(
            item__issue__state__in=[IssueState.SIGNED, IssueState.SENT_OUT]
        )
        picture = (
            DispatchPicture.objects.filter(pk=kwargs["pk"])
            .filter(Q(dispatch__in=readable) | Q(dispatch__in=printed.values("dispatch")))
            .select_related("file")
            .first()
        )
        if picture is None:
            raise Http404
        answer = FileResponse(
            iter([read_file(picture.file)]), content_type=picture.file.content_type
        )
        answer["Cache-Control"] = "private, max-age=86400"
        return answer


class Fact(Page):
    """From a line of the points ledger, or a follow-up, back to the piece it speaks of."""

    permission = VIEW_DISPATCH

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pk = kwargs["pk"]
        found: dict[str, Any] = {
            "dispatch": lambda: Dispatch.objects.filter(pk=pk),
            "itemsource": lambda: Dispatch.objects.filter(uses__pk=pk),
            "higheradoption": lambda: Dispatch.objects.filter(higher__pk=pk),
            "instruction": lambda: Dispatch.objects.filter(instructions__pk=pk),
        }
        if kwargs["kind"] == "commissiontask":
            task = CommissionTask.objects.within(self.scope).filter(pk=pk).first()
            if task is None:
                raise Http404
            return HttpResponseRedirect(task.commission.get_absolute_url())
        if kwargs["kind"] not in found:
            raise Http404
        row = found[kwargs["kind"]]().filter(pk__in=readable_dispatches(self.actor)).first()
        if row is None:
            raise Http404
        return HttpResponseRedirect(row.get_absolute_url())
