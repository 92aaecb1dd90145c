"""Sign-up, leave, results, evaluation, certificates and their public verification."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gongjian.commons.documents.rendering.qr import qr_drawing
from gongjian.foundation.kernel.errors import FieldErrors
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    Page,
    RecordsMixin,
    StepPage,
)
from training.authority import APPROVE_SIGN_UP, MANAGE_TRAINING, SIGN_UP, VIEW_TRAINING
from training.documents import CERTIFICATES
from training.enums import (
    CALLING,
    ENROLLING,
    CertificateState,
    EnrolmentState,
    LeaveState,
)
from training.forms import EvaluationForm, LeaveForm, MoveForm, NominateForm
from training.models import Certificate, Enrolment, Leave, TrainingClass
from training.queries.classes import classes_for
from training.queries.hours import RULE, roll_of, tallies, words
from training.queries.people import certificates_for, enrolments_for
from training.queries.verification import verification_url, verify
from training.services.closing import revoke_certificate
from training.services.enrolling import (
    approve_enrolment,
    cancel_enrolment,
    decline_enrolment,
    expel,
    move_enrolment,
    nominate,
)
from training.services.running import (
    ask_leave,
    evaluate,
    evaluate_on_paper,
    grant_leave,
    refuse_leave,
    write_scores,
)
from training.tables import CERTIFICATE_TONES, ENROLMENT_TONES, LEAVE_TONES
from training.views.classes import OfClass
from training.views.plans import open_units


class Nominate(OfClass):
    """报名: the unit names its people; more than one after the other."""

    permission = SIGN_UP
    form_class = NominateForm
    heading = "报名"
    submit_label = "报名"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return classes_for(self.actor)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            "units": open_units().within(self.scope),
            "initial": {"unit": self.actor.unit_id},
        }

    def perform(self, form: Any) -> Enrolment:
        enrolment = nominate(self.get_object(), actor=self.actor, **form.cleaned_data)
        words = {
            EnrolmentState.BOOKED: "已录取。",
            EnrolmentState.WAITING: "名额已满，已列入候补，有空额时按次序自动录取。",
        }
        self.say(words.get(EnrolmentState(enrolment.state), "已报名，等待单位负责人批准。"))
        return enrolment


class EnrolmentDetail(DetailPage):
    permission = VIEW_TRAINING
    queryset = Enrolment.objects.all()
    template_name = "training/enrolment_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return enrolments_for(self.actor)

    def get_facts(self) -> list[tuple[str, Any]]:
        enrolment: Enrolment = self.object
        facts = [
            ("班次", enrolment.training_class),
            ("单位", enrolment.unit),
            ("职务", enrolment.trainee.duty or "—"),
            ("报名人", enrolment.nominated_by or "—"),
            ("批准人", enrolment.approved_by or "—"),
            ("次序", enrolment.turn or "—"),
            ("住宿", "需要" if enrolment.lodging else "不需要"),
        ]
        if enrolment.hours is not None:
            facts += [
                ("学时", f"{words(enrolment.hours)}"),
                ("缺课", f"{words(enrolment.missed_hours)}学时"),
            ]
        if enrolment.score is not None:
            facts.append(("考核成绩", f"{words(enrolment.score)}分"))
        if enrolment.result_reason:
            facts.append(("结果说明", enrolment.result_reason))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        """Places are given by the machine, so its steps have no button."""
        held = self.object.training_class
        manages = self.actor.may(MANAGE_TRAINING, at=held.unit)
        allowed = {"decline"}
        if held.state in ENROLLING:
            allowed |= {"cancel"}
        if held.state in CALLING and manages:
            allowed |= {"expel"}
        steps = self.object.lifecycle.open_to(self.object, self.actor, at=self.object.unit)
        steps = [step for step in steps if step.name in allowed and step.name != "expel"]
        if "expel" in allowed and self.object.state == EnrolmentState.BOOKED:
            steps.append(self.object.lifecycle["expel"])
        return [
            {
                "label": step.label,
                "url": self.get_step_url(step),
                "style": step.style,
                "icon": step.icon,
            }
            for step in steps
        ]

    def get_extra(self) -> dict[str, Any]:
        enrolment: Enrolment = self.object
        held = enrolment.training_class
        found = tallies(held)
        signs = self.actor.may(SIGN_UP, at=enrolment.unit)
        manages = self.actor.may(MANAGE_TRAINING, at=held.unit)
        living = enrolment.state in {EnrolmentState.BOOKED, EnrolmentState.WAITING}
        return {
            "tone": ENROLMENT_TONES[EnrolmentState(enrolment.state)],
            "tally": found.get((enrolment.unit_id, enrolment.trainee.name)),
            "rule": RULE,
            "leaves": [
                (leave, LEAVE_TONES[LeaveState(leave.state)]) for leave in enrolment.leaves.all()
            ],
            "certificates": enrolment.certificates.all(),
            "manages": manages,
            "may_approve": enrolment.state == EnrolmentState.REQUESTED
            and self.actor.may(APPROVE_SIGN_UP, at=enrolment.unit),
            "may_move": signs and living and held.state in ENROLLING,
            "may_ask_leave": (signs or manages)
            and enrolment.state == EnrolmentState.BOOKED
            and held.state in CALLING,
        }


class EnrolmentStep(StepPage):
    permission = VIEW_TRAINING
    queryset = Enrolment.objects.all()
    services = {"decline": decline_enrolment, "cancel": cancel_enrolment, "expel": expel}

    def get_queryset(self) -> TenantQuerySet[Any]:
        return enrolments_for(self.actor)


class _OfEnrolment(RecordsMixin, FormPage, base=True):
    permission = SIGN_UP
    queryset = Enrolment.objects.all()
    template_name = "training/act.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return enrolments_for(self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class Approve(_OfEnrolment, ConfirmPage):
    permission = APPROVE_SIGN_UP
    template_name = "web/confirm.html"
    heading = "批准参加培训"
    submit_label = "批准"

    def perform(self, form: Any) -> Enrolment:
        enrolment = approve_enrolment(self.get_object(), actor=self.actor)
        booked = enrolment.state == EnrolmentState.BOOKED
        self.say("已批准并录取。" if booked else "已批准。名额已满，列入候补，有空额时按次序录取。")
        return enrolment

    def get_success_url(self, result: Enrolment) -> str:
        return str(result.training_class.get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        enrolment = self.get_object()
        return {"question": f"批准{enrolment.trainee.name}参加“{enrolment.training_class}”？"}


class Move(_OfEnrolment):
    form_class = MoveForm
    heading = "转班"
    submit_label = "转班"
    success_message = "已转班，在新班次重新排次序；原名额给候补人员。"

    def get_form_kwargs(self) -> dict[str, Any]:
        enrolment = self.get_object()
        classes = classes_for(self.actor).filter(state__in=ENROLLING)
        return {"classes": classes.exclude(pk=enrolment.training_class_id)}

    def perform(self, form: Any) -> Enrolment:
        return move_enrolment(self.get_object(), actor=self.actor, **form.cleaned_data)


class AskLeave(_OfEnrolment):
    permission = VIEW_TRAINING
    form_class = LeaveForm
    heading = "请假"
    submit_label = "申请请假"
    success_message = "已提出，主办单位批准后记入名册。"

    def get_form_kwargs(self) -> dict[str, Any]:
        roll = roll_of(self.get_object().training_class)
        return {"sessions": list(roll.sessions.all()) if roll else []}

    def perform(self, form: Any) -> Leave:
        values = dict(form.cleaned_data)
        sessions = [int(pk) for pk in values.pop("sessions")]
        return ask_leave(self.get_object(), actor=self.actor, sessions=sessions, **values)

    def get_extra(self) -> dict[str, Any]:
        enrolment = self.get_object()
        tally = tallies(enrolment.training_class).get((enrolment.unit_id, enrolment.trainee.name))
        return {"object": enrolment, "tally": tally, "help_text": RULE}


class LeaveStep(StepPage):
    permission = MANAGE_TRAINING
    queryset = Leave.objects.all()
    services = {"grant": grant_leave, "refuse": refuse_leave}

    def get_queryset(self) -> TenantQuerySet[Any]:
        return Leave.objects.filter(  # type: ignore[return-value]
            enrolment__in=enrolments_for(self.actor).values("pk")
        ).select_related("enrolment__training_class__unit", "enrolment__trainee", "enrolment__unit")


class Scores(RecordsMixin, Page):
    """登记考核成绩: one number a person; empty where nothing was examined."""

    permission = MANAGE_TRAINING
    queryset = TrainingClass.objects.select_related("unit")
    template_name = "training/scores.html"
    heading = "登记考核成绩"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_object())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        held = self.get_object()
        typed: dict[int, str] = {}
        for key, value in request.POST.items():
            pk = key.removeprefix("score-")
            if key.startswith("score-") and pk.isdigit():
                typed[int(pk)] = str(value).strip()
        try:
            scores = {pk: self._number(value) for pk, value in typed.items()}
            changed = write_scores(held, actor=self.actor, scores=scores)
        except FieldErrors as error:
            return self.show(held, typed, error.errors["scores"][0], status=422)
        self.say(f"已登记，更新{changed}人。")
        return HttpResponseRedirect(held.get_absolute_url())

    @staticmethod
    def _number(value: str) -> Decimal | None:
        if not value:
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise FieldErrors({"scores": f"“{value[:20]}”不是数字，请填0到100的成绩。"})
        return number

    def show(
        self,
        held: TrainingClass,
        typed: dict[int, str] | None = None,
        error: str = "",
        status: int = 200,
    ) -> HttpResponse:
        booked = held.enrolments.filter(state=EnrolmentState.BOOKED)
        rows = [
            (item, (typed or {}).get(item.pk, "" if item.score is None else f"{words(item.score)}"))
            for item in booked.select_related("trainee", "unit").order_by("unit__path", "turn")
        ]
        return self.render({"object": held, "rows": rows, "error": error}, status=status)


class Evaluate(OfClass):
    """匿名评价 by a person who sat in the class."""

    permission = VIEW_TRAINING
    form_class = EvaluationForm
    heading = "教学评价"
    submit_label = "提交评价"
    help_text = (
        "匿名填写：只记录您已评价，不记录哪一份是您填的；提交后不能修改。份数不足时不显示结果。"
    )
    success_message = "感谢您的评价。"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return classes_for(self.actor)

    def get_form_kwargs(self) -> dict[str, Any]:
        held = self.get_object()
        if held.questionnaire is None:
            raise Http404
        return {"questions": list(held.questionnaire.questions.all())}

    def perform(self, form: Any) -> None:
        evaluate(self.get_object(), actor=self.actor, answers=form.answers())


class EvaluateOnPaper(Evaluate):
    permission = MANAGE_TRAINING
    heading = "录入纸质评价"
    submit_label = "录入这一份"
    help_text = "逐份录入没有账号的学员填写的纸质问卷；总份数不超过学员人数。"
    success_message = "已录入一份。"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return TrainingClass.objects.within(self.scope).select_related("unit")

    def perform(self, form: Any) -> None:
        evaluate_on_paper(self.get_object(), actor=self.actor, answers=form.answers())

    def get_success_url(self, result: Any) -> str:
        return self.request.path


class CertificateDetail(DetailPage):
    permission = VIEW_TRAINING
    queryset = Certificate.objects.select_related(
        "enrolment__trainee", "enrolment__training_class__unit"
    )
    template_name = "training/certificate_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return certificates_for(self.actor)

    def get_place(self) -> Any:
        return self.object.enrolment.training_class.unit

    def get_facts(self) -> list[tuple[str, Any]]:
        facts = [(label, value) for label, value in self.object.printed]
        facts.append(("核验码", self.object.code))
        if self.object.state == CertificateState.REVOKED:
            facts += [
                ("撤销日期", f"{self.object.revoked_on:%Y-%m-%d}"),
                ("撤销理由", self.object.revoked_reason),
            ]
        return facts

    def get_extra(self) -> dict[str, Any]:
        url = verification_url(self.object.code)
        return {
            "tone": CERTIFICATE_TONES[CertificateState(self.object.state)],
            "verification_url": url,
            "drawing": qr_drawing(url),
            "print_label": CERTIFICATES.label,
        }


class CertificateStep(StepPage):
    permission = MANAGE_TRAINING
    queryset = Certificate.objects.select_related("enrolment__training_class__unit")
    services = {"revoke": revoke_certificate}

    def get_queryset(self) -> TenantQuerySet[Any]:
        return certificates_for(self.actor)


@login_not_required
@require_GET
def verify_certificate(request: HttpRequest, code: str = "") -> HttpResponse:
    """证书核验: every printed field, so that an altered copy betrays itself."""
    code = code or request.GET.get("code", "")
    found = verify(code) if code else None
    status = 404 if code and found is None else 200
    context = {"found": found, "code": code, "heading": "结业证书核验"}
    return render(request, "training/verify.html", context, status=status)
