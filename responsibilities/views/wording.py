"""提醒用语: the office words each reminder, with a preview; the usual words are one press away."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.web.pages import ConfirmPage, FormPage, Page
from responsibilities.authority import WORD_REMINDER
from responsibilities.forms.wording import WordingForm
from responsibilities.queries.wording import written_words
from responsibilities.services.wording import forget_wording, write_wording
from responsibilities.wording import BY_KEY, SAMPLE, USUAL, Wording, fault_of, fill

_LIST = "responsibilities:wording_list"


class WordingList(Page):
    """Every reminder with what it says now."""

    permission = WORD_REMINDER
    template_name = "responsibilities/wording_list.html"
    heading = "提醒用语"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        written = written_words()
        rows = []
        for usual in USUAL:
            title, body = written.get((usual.rule, usual.stage), (usual.title, usual.body))
            rows.append(
                {
                    "wording": usual,
                    "title": fill(title, SAMPLE),
                    "body": fill(body, SAMPLE),
                    "is_own": (usual.rule, usual.stage) in written,
                }
            )
        return self.render({"rows": rows})


class _Wording(Page, base=True):
    permission = WORD_REMINDER

    @property
    def wording(self) -> Wording:
        found = BY_KEY.get(str(self.kwargs["key"]))
        if found is None:
            raise Http404
        return found


class WordingEdit(_Wording, FormPage):
    permission = WORD_REMINDER
    form_class = WordingForm
    template_name = "responsibilities/wording_form.html"
    heading = "修改提醒用语"
    success_message = "已保存，以后的提醒用新的用语。"

    def get_form_kwargs(self) -> dict[str, Any]:
        usual = self.wording
        held = written_words().get((usual.rule, usual.stage), (usual.title, usual.body))
        return {"wording": usual, "initial": {"title": held[0], "body": held[1]}}

    def perform(self, form: Any) -> Any:
        return write_wording(self.wording.key, actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse(_LIST)

    def get_cancel_url(self) -> str:
        return reverse(_LIST)

    def get_extra(self) -> dict[str, Any]:
        usual = self.wording
        return {
            "wording": usual,
            "samples": [(name, SAMPLE[name]) for name in usual.places],
            "is_own": (usual.rule, usual.stage) in written_words(),
            "crumbs": [("提醒用语", reverse(_LIST))],
        }


class WordingPreview(_Wording):
    """A fragment: what the words of the form would say; nothing is kept."""

    permission = WORD_REMINDER
    template_name = "responsibilities/_wording_preview.html"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        texts = [request.POST.get(name, "")[:500] for name in ("title", "body")]
        fault = next((one for text in texts if (one := fault_of(text, self.wording.places))), "")
        title, body = (fill(text, SAMPLE) for text in texts)
        return self.render({"fault": fault, "title": title, "body": body})


class WordingForget(_Wording, ConfirmPage):
    permission = WORD_REMINDER
    heading = "恢复默认用语"
    submit_label = "恢复默认"
    help_text = "已经发出的提醒不变，以后的提醒用系统默认的用语。"
    success_message = "已恢复默认用语。"

    def perform(self, form: Any) -> Any:
        return forget_wording(self.wording.key, actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse(_LIST)

    def get_cancel_url(self) -> str:
        return reverse(_LIST)
