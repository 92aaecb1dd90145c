"""A class from its final list to its results: roll, leave, results, evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from gongjian.commons.questionnaires.models import AnswerSheet, QuestionnaireVersion
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.answering import answer_anonymously, answer_on_paper
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.models import RollSession
from gongjian.commons.rolls.services import (
    Mark,
    add_session,
    call_roll,
    close_roll,
    expect_member,
    open_roll,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid
from training.authority import MANAGE_TRAINING, SIGN_UP
from training.enums import CALLING, SEATED, ClassState, EnrolmentState, LeaveState
from training.models import Enrolment, Leave, TrainingClass
from training.queries.hours import RULE, Tally, half_days, roll_of, session_hours, tallies, words
from training.services.enrolling import roll_member
from training.services.planning import demand_manager, lock_class
from training.services.telling import tell_class, tell_unit


@transaction.atomic
def settle_list(training_class: TrainingClass, *, actor: Actor, reason: str = "") -> TrainingClass:
    """确定名单: the roll is made, a sheet for each half-day of the timetable."""
    training_class = lock_class(training_class)
    halves = half_days(training_class)
    if not halves:
        raise DomainError("还没有课表，请先排课再确定名单。")
    if training_class.enrolments.filter(state=EnrolmentState.REQUESTED).exists():
        raise DomainError("还有报名等待单位批准，请催办或由单位处理后再确定名单。")
    booked = list(
        training_class.enrolments.filter(state=EnrolmentState.BOOKED)
        .select_related("trainee", "unit")
        .order_by("unit__path", "turn")
    )
    if not booked:
        raise DomainError("还没有录取的学员，不能确定名单。")
    training_class = advance(
        training_class, "list", actor=actor, at=training_class.unit, reason=reason
    )
    roll = open_roll(
        training_class, actor=actor, organizer=training_class.unit, title=training_class.title
    )
    for label, lessons in halves.items():
        add_session(
            roll, actor=actor, label=label, starts_at=lessons[0].starts_at,
            ends_at=max(lesson.ends_at for lesson in lessons),
        )  # fmt: skip
    for enrolment in booked:
        expect_member(
            roll, actor=actor, unit=enrolment.unit, name=enrolment.trainee.name,
            duty=enrolment.trainee.duty, capacity="学员",
        )  # fmt: skip
    tell_class(
        training_class, act="list", title=f"培训名单已定：{training_class}",
        body=f"{long_date(training_class.starts_on)}报到，{training_class.place}。",
        unit_ids={enrolment.unit_id for enrolment in booked},
    )  # fmt: skip
    return training_class


@transaction.atomic
def start_class(training_class: TrainingClass, *, actor: Actor, reason: str = "") -> TrainingClass:
    if training_class.starts_on > today():
        raise DomainError(f"开班日期是{long_date(training_class.starts_on)}，到期再办理开班。")
    return advance(training_class, "start", actor=actor, at=training_class.unit, reason=reason)


@transaction.atomic
def ask_leave(
    enrolment: Enrolment, *, actor: Actor, kind: str, reason: str, sessions: Sequence[int]
) -> Leave:
    """请假 for some half-days; the unit asks, the class decides."""
    training_class = enrolment.training_class
    if not (actor.may(SIGN_UP, at=enrolment.unit) or _manages(actor, training_class)):
        raise NotPermitted(f"由“{enrolment.unit.name}”为本单位学员请假，请与其联系。")
    if enrolment.state != EnrolmentState.BOOKED or training_class.state not in CALLING:
        raise StateConflict("名单确定以后、结班以前，在班学员才能请假。")
    roll = roll_of(training_class)
    known = {session.pk: session for session in roll.sessions.all()} if roll else {}
    chosen = sorted({pk for pk in sessions if pk in known})
    if not chosen or len(chosen) != len(set(sessions)):
        raise FieldErrors({"sessions": "请选择要请假的半天。"})
    hours = session_hours(training_class, known.values())
    leave = Leave(
        enrolment=enrolment, kind=kind, reason=reason.strip(), sessions=chosen,
        hours=sum((hours[pk] for pk in chosen), Decimal(0)), asked_by=actor.label[:200],
    )  # fmt: skip
    demand_valid(leave)
    leave.save()
    record("training.leave.asked", enrolment, actor=actor, label="请假", reason=reason)
    return leave


def _manages(actor: Actor, training_class: TrainingClass) -> bool:
    return actor.may(MANAGE_TRAINING, at=training_class.unit)


@transaction.atomic
def grant_leave(leave: Leave, *, actor: Actor, reason: str = "") -> Leave:
    """准假, unless it takes the person over one seventh of all hours."""
    training_class = lock_class(leave.enrolment.training_class)
    enrolment = leave.enrolment
    member = roll_member(enrolment, training_class)
    if enrolment.state != EnrolmentState.BOOKED or member is None:
        raise StateConflict("学员已不在班，不必再办理请假。")
    after = _tally_with(leave, training_class)
    if after.is_over:
        raise DomainError(
            f"准假后缺课累计{words(after.missed)}学时，超过{words(after.allowed)}学时（总学时{words(after.total)}的"
            f"七分之一）。{RULE}请不准假，或为其办理退学。"
        )
    leave = advance(
        leave, "grant", actor=actor, at=training_class.unit, reason=reason,
        changes={"decided_by": actor.label[:200]},
    )  # fmt: skip
    for session in RollSession.objects.filter(pk__in=leave.sessions):
        call_roll(
            session, actor=actor,
            marks={member.pk: Mark(Attendance.LEAVE, remark=leave.get_kind_display())},
        )  # fmt: skip
    tell_unit(
        enrolment, act=f"leave-{leave.pk}", title=f"准假：{enrolment.trainee.name}",
        body=f"{leave.get_kind_display()}{words(leave.hours)}学时。",
    )  # fmt: skip
    return leave


def _tally_with(leave: Leave, training_class: TrainingClass) -> Tally:
    enrolment = leave.enrolment
    tally = tallies(training_class)[enrolment.unit_id, enrolment.trainee.name]
    roll = roll_of(training_class)
    sessions = list(RollSession.objects.filter(pk__in=leave.sessions, roll=roll))
    missed = set(
        RollSession.objects.filter(
            pk__in=leave.sessions,
            marks__member__unit_id=enrolment.unit_id,
            marks__member__name=enrolment.trainee.name,
            marks__attendance__in=[Attendance.LEAVE, Attendance.ABSENT],
        ).values_list("pk", flat=True)
    )
    hours = session_hours(training_class, sessions)
    tally.leave += sum((hours[pk] for pk in hours if pk not in missed), Decimal(0))
    return tally


@transaction.atomic
def refuse_leave(leave: Leave, *, actor: Actor, reason: str) -> Leave:
    leave = advance(
        leave, "refuse", actor=actor, at=leave.enrolment.training_class.unit, reason=reason,
        changes={"decided_by": actor.label[:200]},
    )  # fmt: skip
    tell_unit(
        leave.enrolment, act=f"noleave-{leave.pk}",
        title=f"不准假：{leave.enrolment.trainee.name}", body=reason,
    )  # fmt: skip
    return leave


@transaction.atomic
def write_scores(
    training_class: TrainingClass, *, actor: Actor, scores: Mapping[int, Decimal | None]
) -> int:
    """考核成绩 by enrolment id; a class without an examination leaves them empty."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state != ClassState.RUNNING:
        raise StateConflict("培训期间才能登记考核成绩；结班以后不能再改。")
    changed = 0
    for enrolment in training_class.enrolments.filter(
        pk__in=scores, state=EnrolmentState.BOOKED
    ).select_for_update(of=("self",)):
        score = scores[enrolment.pk]
        if score is not None and not 0 <= score <= 100:
            raise FieldErrors({"scores": "成绩应在0到100之间，请改正。"})
        if enrolment.score != score:
            enrolment.score = score
            enrolment.save(update_fields=["score"])
            changed += 1
    if changed:
        record("training.class.scored", training_class, actor=actor, label=f"登记成绩：{changed}人")
    return changed


@transaction.atomic
def finish_class(training_class: TrainingClass, *, actor: Actor, reason: str = "") -> TrainingClass:
    """结班: the roll is sealed, hours and results follow from it for everybody."""
    training_class = lock_class(training_class)
    if training_class.ends_on > today():
        raise DomainError(f"结班日期是{long_date(training_class.ends_on)}，到期再办理结班。")
    if Leave.objects.filter(
        enrolment__training_class=training_class, state=LeaveState.ASKED
    ).exists():
        raise DomainError("还有请假没有批复，请先批复再结班。")
    roll = roll_of(training_class)
    if roll is None:
        raise DomainError("没有签到名册，不能结班。")
    close_roll(roll, actor=actor)
    found = tallies(training_class)
    booked = training_class.enrolments.filter(state=EnrolmentState.BOOKED)
    for enrolment in booked.select_related("trainee", "unit"):
        _decide(enrolment, found[enrolment.unit_id, enrolment.trainee.name], training_class, actor)
    return advance(training_class, "finish", actor=actor, at=training_class.unit, reason=reason)


def _decide(
    enrolment: Enrolment, tally: Tally, training_class: TrainingClass, actor: Actor
) -> None:
    faults: list[str] = []
    if tally.is_over:
        faults.append(f"缺课{words(tally.missed)}学时，超过总学时的七分之一")
    if enrolment.score is not None and enrolment.score < 60:
        faults.append(f"考核成绩{words(enrolment.score)}分，不合格")
    advance(
        enrolment, "fail" if faults else "complete", actor=actor, at=training_class.unit,
        changes={
            "hours": tally.attended, "missed_hours": tally.missed,
            "result_reason": "；".join(faults),
        },
    )  # fmt: skip


@transaction.atomic
def choose_questionnaire(
    training_class: TrainingClass, *, actor: Actor, version: QuestionnaireVersion
) -> TrainingClass:
    """教学评价 with an anonymous questionnaire; changed only while nobody has answered."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state in {ClassState.ARCHIVED, ClassState.CANCELLED}:
        raise StateConflict("班次已经归档或取消，不能再设评价问卷。")
    if not version.questionnaire.is_anonymous:
        raise FieldErrors({"version": "教学评价须用匿名问卷，请另选或另建一份。"})
    answered = AnswerSheet.objects.filter(
        version_id=training_class.questionnaire_id,
        subject_kind=training_class._meta.label_lower,
        subject_id=training_class.pk,
    )
    if training_class.questionnaire_id not in {None, version.pk} and answered.exists():
        raise StateConflict("已经有人填写评价，不能再换问卷。")
    training_class.questionnaire = version
    training_class.save(update_fields=["questionnaire"])
    record("training.class.questionnaire", training_class, actor=actor, label="设定评价问卷")
    return training_class


def own_seat(training_class: TrainingClass, user_id: int | None) -> Enrolment | None:
    """The enrolment of the person who is signed in, if seated in this class."""
    if user_id is None:
        return None
    return training_class.enrolments.filter(
        trainee__user_ref=user_id, state__in=SEATED
    ).select_related("unit").first()  # fmt: skip


@transaction.atomic
def evaluate(training_class: TrainingClass, *, actor: Actor, answers: Mapping[int, Given]) -> None:
    """匿名评价 by somebody who sat in the class; kept by class, not by the person's unit."""
    version = _evaluated(training_class)
    if own_seat(training_class, actor.user_id) is None:
        raise NotPermitted("只有本班学员才能评价。")
    answer_anonymously(
        version, actor=actor, subject=training_class, unit=training_class.unit, answers=answers
    )


@transaction.atomic
def evaluate_on_paper(
    training_class: TrainingClass, *, actor: Actor, answers: Mapping[int, Given]
) -> None:
    """One paper sheet of somebody without an account, typed in by the organizer."""
    version = _evaluated(training_class)
    demand_manager(actor, training_class.unit)
    lock_class(training_class)
    answer_on_paper(
        version, subject=training_class, unit=training_class.unit, answers=answers,
        at_most=training_class.enrolments.filter(state__in=SEATED).count(),
    )  # fmt: skip


def _evaluated(training_class: TrainingClass) -> QuestionnaireVersion:
    if training_class.questionnaire is None:
        raise StateConflict("本班还没有设定评价问卷，请与主办单位联系。")
    if training_class.state not in {ClassState.RUNNING, ClassState.FINISHED}:
        raise StateConflict("开班以后、归档以前才能评价。")
    if training_class.ends_on > timezone.localdate():
        raise StateConflict(f"{long_date(training_class.ends_on)}课程结束后开始评价。")
    return training_class.questionnaire
