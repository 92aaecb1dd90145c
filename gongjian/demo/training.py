"""Training of the demo: one class closed with its file, one under way, one taking sign-ups."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import F

from gongjian.commons.questionnaires.enums import Purpose, QuestionKind
from gongjian.commons.questionnaires.models import QuestionnaireVersion
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.designing import (
    add_question,
    create_questionnaire,
    publish_version,
)
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.models import RollSession
from gongjian.commons.rolls.services import Mark, call_roll, call_the_rest
from gongjian.demo.people import actor_named
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, today
from orgs.enums import Role
from orgs.models import Tenant, Unit
from orgs.queries import actor_of, current_appointments, root_unit
from training.models import Lesson, Teacher, TrainingClass, TrainingPlan
from training.queries.hours import roll_of
from training.services.closing import issue_certificates, note_other, write_papers
from training.services.enrolling import nominate
from training.services.planning import (
    approve_plan,
    draft_plan,
    open_class,
    plan_class,
    set_quotas,
    submit_plan,
    write_cost,
)
from training.services.running import (
    ask_leave,
    choose_questionnaire,
    evaluate_on_paper,
    finish_class,
    grant_leave,
    settle_list,
    start_class,
)
from training.services.teaching import keep_room, keep_teacher, put_lesson

TEACHERS = (
    ("何文斌", "示范市委党校", "教授", False, "党的建设、群团工作"),
    ("罗静怡", "示范市总工会", "法律工作部部长", False, "工会法、集体协商"),
    ("韦志远", "省工会干部学校", "副教授", True, "新就业形态劳动者建会入会"),
)
TOPICS = (
    ("开班动员：党工共建的目标和任务", "开班式", 0),
    ("党建带工建的政策和实践", "专题讲座", 0),
    ("集体协商和劳动争议调处", "专题讲座", 1),
    ("新就业形态劳动者建会入会", "专题讲座", 2),
    ("示范企业“双组双建”现场教学", "现场教学", 1),
    ("职工服务阵地建设和管理", "专题讲座", 1),
    ("工会经费收支和审查", "专题讲座", 2),
    ("分组研讨和交流", "分组研讨", 0),
)
QUESTIONS = (
    ("教学内容", "课程内容对工作的帮助", QuestionKind.SCALE),
    ("教学内容", "授课水平", QuestionKind.SCALE),
    ("组织服务", "课程安排和班务管理", QuestionKind.SCALE),
    ("组织服务", "食宿和场地", QuestionKind.SCALE),
    ("意见建议", "还希望学习什么", QuestionKind.TEXT),
)
WISHES = (
    "希望多安排现场教学。",
    "",
    "请多讲集体协商案例。",
    "",
    "希望发讲义。",
    "",
    "建议增加财务管理课程。",
)
#: A class is made as one to come and then put back by so many days, as if they had gone by.
AHEAD = 9


def train(tenant: Tenant) -> None:
    """A plan of this year with three classes in three states."""
    if TrainingPlan.objects.exists():
        return
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    root = root_unit()
    assert root is not None  # noqa: S101 -- every tenant has a root
    year = (today() + timedelta(days=AHEAD)).year
    aim = (
        "围绕党建带工建，轮训基层党组织书记和工会主席，突出建会入会、集体协商、服务职工三个重点。\n"
        "全年办班三期，区内两期、区外一期。"
    )
    plan = draft_plan(
        root, actor=office, values={"year": year, "aim": aim, "budget": Decimal(160000)}
    )
    version = _questionnaire(office)
    first = _planned(plan, office, "基层工会主席培训班（第一期）", 24, "市委党校")
    second = _planned(plan, office, "党组织书记抓工建培训班", 20, "市委党校")
    third = _planned(plan, office, "工会干部能力提升班", 6, "省工会干部学校", region="outside")
    approve_plan(submit_plan(plan, actor=office), actor=leader)
    teachers = [
        keep_teacher(
            None, actor=office,
            values=dict(
                zip(("name", "employer", "title", "is_invited", "subjects"), row, strict=True)
            ),
        )
        for row in TEACHERS
    ]  # fmt: skip
    people = _people()
    _hold_the_first(first, office, version, teachers, people)
    _hold_the_second(second, office, version, teachers, people)
    _offer_the_third(third, office, version, teachers, people)
    note_other(
        people[0][0], actor=office, name=people[0][1], duty=people[0][2],
        values={
            "title": "全省基层党组织书记示范班", "organizer": "省委党校",
            "starts_on": date(year, 3, 10), "ends_on": date(year, 3, 12), "hours": Decimal(24),
        },
    )  # fmt: skip


def _questionnaire(office: Actor) -> QuestionnaireVersion:
    form = create_questionnaire(
        actor=office,
        values={
            "title": "培训教学评价表", "purpose": Purpose.EVALUATION, "is_anonymous": True,
            "minimum_sample": 5, "introduction": "匿名填写，用于改进教学。",
        },
    )  # fmt: skip
    version = form.versions.get()
    for section, text, kind in QUESTIONS:
        scale = kind == QuestionKind.SCALE
        values = {"section": section, "text": text, "kind": kind, "is_required": scale}
        if scale:
            values["weight"] = Decimal(25)
        add_question(version, actor=office, values=values)
    return publish_version(version, actor=office)


def _planned(
    plan: TrainingPlan, office: Actor, title: str, capacity: int, place: str, **values: str
) -> TrainingClass:
    start = today() + timedelta(days=AHEAD)
    return plan_class(
        plan, actor=office,
        values={
            "title": title, "audience": "基层党组织书记、工会主席",
            "aim": "讲授政策和方法，交流做法，研讨问题。", "starts_on": start,
            "ends_on": start + timedelta(days=3), "apply_by": today() + timedelta(days=4),
            "place": place, "capacity": capacity, "budget": Decimal(48000), "head": "陈静",
            "contact": "0990-8001001", "region": "inside", **values,
        },
    )  # fmt: skip


def _people() -> list[tuple[Unit, str, str]]:
    """Secretaries and chairs of the tenant, spread over its counties."""
    terms = current_appointments().filter(post__role__in=[Role.SECRETARY, Role.UNION_CHAIR])
    found: dict[tuple[int, str], tuple[Unit, str, str]] = {}
    for term in terms.order_by("post__unit__path", "pk"):
        found.setdefault(
            (term.post.unit_id, term.user.person_name),
            (term.post.unit, term.user.person_name, term.post.title),
        )
    rows = list(found.values())
    step = max(1, len(rows) // 60)
    return rows[::step]


def _teach(
    training_class: TrainingClass, office: Actor, teachers: list[Teacher], room: str
) -> None:
    place = keep_room(
        None, actor=office, values={"name": room, "seats": 60, "address": "示范市党校路1号"}
    )
    for number, (topic, form, who) in enumerate(TOPICS):
        day = training_class.starts_on + timedelta(days=number // 2)
        start = datetime.combine(day, time(14 if number % 2 else 9), SHANGHAI)
        put_lesson(
            training_class, actor=office,
            values={
                "topic": topic, "form": form, "starts_at": start,
                "ends_at": start + timedelta(hours=2, minutes=30), "hours": Decimal(4),
                "teacher": teachers[who], "room": place,
            },
        )  # fmt: skip


def _put_back(training_class: TrainingClass, days: int) -> TrainingClass:
    back = timedelta(days=days)
    TrainingClass.objects.filter(pk=training_class.pk).update(
        starts_on=F("starts_on") - back, ends_on=F("ends_on") - back, apply_by=F("apply_by") - back
    )
    Lesson.objects.filter(training_class=training_class).update(
        starts_at=F("starts_at") - back, ends_at=F("ends_at") - back, day=F("day") - back
    )
    return TrainingClass.objects.get(pk=training_class.pk)


def _enrol(
    training_class: TrainingClass, office: Actor, people: list[tuple[Unit, str, str]]
) -> TrainingClass:
    training_class = open_class(training_class, actor=office)
    for unit, name, duty in people:
        lodger = unit.depth > 2
        head = _head_of(unit, office)
        nominate(training_class, actor=head, unit=unit, name=name, duty=duty, lodging=lodger)
    return TrainingClass.objects.get(pk=training_class.pk)


def _head_of(unit: Unit, fallback: Actor) -> Actor:
    """The secretary of the unit, who signs up and lets go in one act."""
    term = current_appointments().filter(post__unit=unit, post__role=Role.SECRETARY).first()
    if term is None:
        return fallback
    return actor_of(term, Tenant.objects.get(pk=fallback.tenant_id))


def _call(training_class: TrainingClass, office: Actor, absent: dict[str, list[int]]) -> None:
    """Everybody there, but those named, at the half-days with these places."""
    roll = roll_of(training_class)
    assert roll is not None  # noqa: S101 -- the list is settled
    for place, session in enumerate(RollSession.objects.filter(roll=roll)):
        marks = {
            roll.members.get(name=name).pk: Mark(Attendance.ABSENT, remark="未到课")
            for name, places in absent.items()
            if place in places
        }
        if marks:
            call_roll(session, actor=office, marks=marks)
        call_the_rest(session, actor=office)


def _hold_the_first(
    training_class: TrainingClass, office: Actor, version: QuestionnaireVersion,
    teachers: list[Teacher], people: list[tuple[Unit, str, str]],
) -> None:  # fmt: skip
    """Held, evaluated, certified, with its papers: everything but the archiving click."""
    _teach(training_class, office, teachers, "党校第一教室")
    training_class = _put_back(_enrol(training_class, office, people[:20]), 120)
    training_class = settle_list(training_class, actor=office)
    training_class = start_class(training_class, actor=office)
    training_class = choose_questionnaire(training_class, actor=office, version=version)
    _call(training_class, office, {people[3][1]: [2, 3], people[7][1]: [5]})
    training_class = finish_class(training_class, actor=office)
    asked = list(version.questions.all())
    for number, wish in enumerate(WISHES):
        answers = {item.pk: Given(str(5 - (number + item.position) % 2)) for item in asked[:4]}
        if wish:
            answers[asked[4].pk] = Given(wish)
        evaluate_on_paper(training_class, actor=office, answers=answers)
    issue_certificates(training_class, actor=office)
    for kind, planned, spent in (
        ("teaching", 9000, 8400), ("board", 26000, 25120), ("room", 6000, 6000),
        ("material", 3000, 2260),
    ):  # fmt: skip
        write_cost(
            training_class, actor=office,
            values={"kind": kind, "planned": Decimal(planned), "spent": Decimal(spent), "note": ""},
        )  # fmt: skip
    write_papers(
        training_class, actor=office,
        values={
            "opening": "一、市委组织部领导讲话\n二、市总工会领导作动员\n三、学员代表发言",
            "summary": "本期培训四天八个半天，学员出勤良好。课程贴近基层，现场教学反映较好。\n"
            "不足是案例偏少，下期增加集体协商实务。",
        },
    )  # fmt: skip


def _hold_the_second(
    training_class: TrainingClass, office: Actor, version: QuestionnaireVersion,
    teachers: list[Teacher], people: list[tuple[Unit, str, str]],
) -> None:  # fmt: skip
    """Under way since yesterday, with leave granted and leave that waits."""
    _teach(training_class, office, teachers, "党校第二教室")
    training_class = _put_back(_enrol(training_class, office, people[20:36]), AHEAD + 1)
    training_class = settle_list(training_class, actor=office)
    training_class = start_class(training_class, actor=office)
    choose_questionnaire(training_class, actor=office, version=version)
    roll = roll_of(training_class)
    assert roll is not None  # noqa: S101 -- the list is settled
    sessions = list(roll.sessions.all())
    call_the_rest(sessions[0], actor=office)
    first, second = training_class.enrolments.order_by("turn")[:2]
    granted = ask_leave(
        first, actor=office, kind="official", reason="参加市人大会议", sessions=[sessions[-1].pk]
    )
    grant_leave(granted, actor=office)
    ask_leave(second, actor=office, kind="sick", reason="就医", sessions=[sessions[-2].pk])


def _offer_the_third(
    training_class: TrainingClass, office: Actor, version: QuestionnaireVersion,
    teachers: list[Teacher], people: list[tuple[Unit, str, str]],
) -> None:  # fmt: skip
    """Taking sign-ups, with quotas used up here and a wait-list there."""
    counties = Unit.objects.filter(
        parent=training_class.unit, closed_on__isnull=True, level="county"
    ).order_by("path")[:3]
    set_quotas(training_class, actor=office, places={unit.pk: 2 for unit in counties})
    choose_questionnaire(training_class, actor=office, version=version)
    start = datetime.combine(training_class.starts_on, time(9), SHANGHAI)
    put_lesson(
        training_class, actor=office,
        values={
            "topic": "工会干部履职能力", "form": "专题讲座", "starts_at": start,
            "ends_at": start + timedelta(hours=2, minutes=30), "hours": Decimal(4),
            "teacher": teachers[2], "room": None,
        },
    )  # fmt: skip
    _enrol(training_class, office, people[36:41])
