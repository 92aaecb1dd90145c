"""定期简报: which posts are sent their unit's figures, and when."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gongjian.foundation.web.pages import ConfirmPage, FormPage, ListPage, RecordsMixin
from responsibilities.authority import MANAGE_BRIEFING
from responsibilities.forms.briefings import BriefingForm, BriefingTimesForm
from responsibilities.models import BriefingPlan
from responsibilities.queries.briefings import offered_posts
from responsibilities.services.briefings import add_briefings, change_briefing, remove_briefing
from responsibilities.tables.briefings import BriefingTable


def _list_url() -> str:
    return reverse("responsibilities:briefing_list")


_CRUMBS = "定期简报"


class BriefingList(ListPage):
    permission = MANAGE_BRIEFING
    queryset = BriefingPlan.objects.select_related("post__unit")
    table_class = BriefingTable
    heading = "定期简报"

    def get_extra(self) -> dict[str, Any]:
        return {
            "create_url": reverse("responsibilities:briefing_create"),
            "create_label": "增加接收人",
            "help_text": "按接收职务所在单位生成报送情况，作为提醒送到站内并随邮件汇总发出，"
            "附驾驶舱链接；只有本人能看到本单位的数。",
        }


class BriefingCreate(FormPage):
    permission = MANAGE_BRIEFING
    form_class = BriefingForm
    heading = "增加简报接收人"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"offered": offered_posts()}

    def perform(self, form: Any) -> int:
        count = add_briefings(actor=self.actor, **form.cleaned_data)
        self.say(f"已设置{count}个职务接收简报。")
        return count

    def get_success_url(self, result: Any) -> str:
        return _list_url()

    def get_cancel_url(self) -> str:
        return _list_url()

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [(_CRUMBS, _list_url())]}


class BriefingEdit(RecordsMixin, FormPage):
    permission = MANAGE_BRIEFING
    queryset = BriefingPlan.objects.select_related("post__unit")
    form_class = BriefingTimesForm
    heading = "修改简报"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        plan = self.get_object()
        return {"initial": {"weekday": plan.weekday, "after_deadline": plan.after_deadline}}

    def perform(self, form: Any) -> BriefingPlan:
        return change_briefing(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return _list_url()

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": str(self.get_object().post), "crumbs": [(_CRUMBS, _list_url())]}


class BriefingRemove(RecordsMixin, ConfirmPage):
    permission = MANAGE_BRIEFING
    queryset = BriefingPlan.objects.select_related("post__unit")
    heading = "取消简报"
    submit_label = "取消简报"
    success_message = "已取消，今后不再发送。"

    def perform(self, form: Any) -> None:
        remove_briefing(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return _list_url()

    def get_cancel_url(self) -> str:
        return _list_url()

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object().post, "question": "取消后不再向这个职务发送简报。"}
