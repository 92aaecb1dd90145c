"""回头看: its day, what was found, and the random share of a year."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.follow_ups.authority import VERIFY_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpState
from gongjian.commons.follow_ups.forms import DrawForm, LookBackDayForm, LookBackForm
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.looking_back import (
    drawn,
    fail_look_back,
    pass_look_back,
    schedule_drawn,
    schedule_look_back,
)
from gongjian.commons.follow_ups.views.acts import ActPage
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.web.pages import FormPage


class LookBackDay(ActPage):
    permission = VERIFY_FOLLOW_UP
    form_class = LookBackDayForm
    heading = "安排回头看"
    success_message = "已安排，到期会提醒。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"day": self.get_object().look_back_on}}

    def perform(self, form: Any) -> FollowUp:
        return schedule_look_back(self.get_object(), actor=self.actor, **form.cleaned_data)


class LookBack(ActPage):
    permission = VERIFY_FOLLOW_UP
    form_class = LookBackForm
    heading = "登记回头看结果"
    submit_label = "登记"

    def perform(self, form: Any) -> FollowUp:
        values = form.cleaned_data
        if values["finding"] == "held":
            self.say("已登记：整改巩固，没有反弹。")
            return pass_look_back(self.get_object(), actor=self.actor, text=values["text"])
        self.say("已登记反弹，并重新交办。")
        return fail_look_back(
            self.get_object(), actor=self.actor, text=values["text"], due_on=values["due_on"]
        )

    def get_extra(self) -> dict[str, Any]:
        item = self.get_object()
        cleared = f"{long_date(item.cleared_at.date())}由{item.cleared_by}核验销号。"
        return {**super().get_extra(), "help_text": cleared if item.cleared_at else ""}


class Draw(FormPage):
    """随机抽取: a tenth of what was cleared in the year is looked at again on one day."""

    permission = VERIFY_FOLLOW_UP
    form_class = DrawForm
    template_name = "follow_ups/draw.html"
    heading = "随机抽取回头看"
    chosen: list[FollowUp] | None = None
    pool_size = 0

    def pool(self, year: int) -> list[FollowUp]:
        found = FollowUp.objects.within(self.scope).filter(
            state=FollowUpState.CLEARED, cleared_at__year=year
        )
        return list(found.select_related("unit").order_by("pk"))

    def get_form_kwargs(self) -> dict[str, Any]:
        cleared = FollowUp.objects.within(self.scope).filter(state=FollowUpState.CLEARED)
        years = cleared.dates("cleared_at", "year", order="DESC")
        return {
            "years": [day.year for day in years] or [today().year],
            "initial": {"day": today()},
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "previewed" in request.POST:
            return super().post(request, *args, **kwargs)
        form: Any = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        self.draw(form, secrets.randbelow(2**31))
        return self.show(form)

    def draw(self, form: Any, seed: int) -> list[FollowUp]:
        pool = self.pool(form.cleaned_data["year"])
        self.pool_size, self.seed = len(pool), seed
        self.chosen = drawn(pool, form.cleaned_data["percent"], seed)
        return self.chosen

    def perform(self, form: Any) -> list[FollowUp]:
        # The seed of the preview draws the same ones, unless something was cleared since.
        chosen = self.draw(form, form.cleaned_data["seed"] or 0)
        shown = {int(text) for text in self.request.POST.getlist("ids") if text.isdigit()}
        if {item.pk for item in chosen} != shown:
            raise DomainError("抽取以后又有事项销号或回头看，名单已变，请核对新的名单后再确定。")
        done = schedule_drawn(
            chosen, actor=self.actor, day=form.cleaned_data["day"], reason="随机抽取回头看"
        )
        self.say(f"已安排 {len(done)} 件回头看，到期会提醒。")
        return done

    def get_success_url(self, result: Any) -> str:
        return f"{reverse('follow_ups:followup_list')}?state={FollowUpState.CLEARED}"

    def get_cancel_url(self) -> str:
        return reverse("follow_ups:followup_list")

    def get_extra(self) -> dict[str, Any]:
        if self.chosen is None:
            return {"chosen": None, "submit_label": "抽取"}
        return {
            "chosen": self.chosen,
            "pool_size": self.pool_size,
            "seed": self.seed,
            "submit_label": "确定名单" if self.chosen else "抽取",
        }
