"""Inspections of the demo: a plan, visits at every point of their life, instructors."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    receive_follow_up,
    report_follow_up,
)
from gongjian.commons.questionnaires.models import QuestionnaireVersion
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.designing import (
    add_question,
    create_questionnaire,
    publish_version,
)
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from inspections.models import InspectionPlan, PlanLine, Visit
from inspections.queries.instructors import without_union
from inspections.queries.visits import posts_for_teams
from inspections.queries.waves import preview
from inspections.services.circulars import issue_circular, write_circular
from inspections.services.inspecting import (
    Bundle,
    confirm_visit,
    save_bundle,
    sign_visit,
    start_visit,
)
from inspections.services.instructing import appoint_instructor, note_walk, send_instructor
from inspections.services.planning import approve_plan, draw_up_plan, put_line, submit_plan
from inspections.services.rectifying import issue_notice, usual_deadline
from inspections.services.visiting import Ground, arrange_visit, name_member
from inspections.services.waves import arrange_wave, draw_wave
from orgs.enums import Level, Role
from orgs.models import Post, Tenant, Unit
from orgs.queries import root_unit

#: Part, question, kind, points, further fields.
QUESTIONS: tuple[tuple[str, str, str, int, dict[str, object]], ...] = (
    ("组织建设", "基层工会按期换届", "yes_no", 15,
     {"finding_on": ["no"], "basis": "《中国工会章程》", "hint": "看批复文件和届满日期"}),
    ("组织建设", "新建企业党组织、工会组织同步组建", "yes_no", 15,
     {"finding_on": ["no"], "allows_na": True, "hint": "辖区内没有新建企业的选不适用"}),
    ("组织建设", "会员花名册", "choice", 10,
     {"options": [{"label": "齐全", "score": 100}, {"label": "有缺漏", "score": 50},
                  {"label": "没有", "score": 0}],
      "note_on": ["有缺漏"], "finding_on": ["没有"], "hint": "抽查十名职工"}),
    ("责任落实", "党组织把工会工作列入年度计划", "yes_no", 20, {"finding_on": ["no"]}),
    ("责任落实", "书记听取工会工作汇报（次）", "number", 0, {"minimum": 0, "maximum": 52}),
    ("服务职工", "职工活动阵地", "scale", 20, {"scale_top": 5, "note_on": ["1", "2"]}),
    ("服务职工", "困难职工帮扶台账", "yes_no", 20, {"finding_on": ["no"]}),
    ("服务职工", "职工反映最集中的问题", "text", 0, {"is_required": False}),
)  # fmt: skip

FINDINGS = (
    ("organization", "heavy", "工会委员会届满一年未换届", "《中国工会章程》", "两个月内换届并报批"),
    ("data", "general", "会员花名册缺十二人", "会员实名制管理办法", "逐人核对补齐"),
)  # fmt: skip


def _checklist(office: Actor) -> QuestionnaireVersion:
    made = create_questionnaire(
        actor=office,
        values={
            "title": "党工共建综合督查检查表",
            "purpose": "inspection",
            "introduction": "看现场、看台账、问职工，不要求单位另备汇报材料。",
        },
    )
    version = made.versions.get()
    for section, text, kind, weight, more in QUESTIONS:
        values = {"section": section, "text": text, "kind": kind, "weight": weight, **more}
        add_question(version, actor=office, values=values)
    publish_version(version, actor=office)
    evaluation = create_questionnaire(
        actor=office,
        values={"title": "培训班评价表", "purpose": "evaluation", "is_anonymous": True},
    )
    for text in ("课程内容", "授课水平", "组织保障"):
        add_question(
            evaluation.versions.get(),
            actor=office,
            values={"text": text, "kind": "scale", "weight": 10},
        )
    publish_version(evaluation.versions.get(), actor=office)
    version.refresh_from_db()
    return version


def inspect_and_instruct(tenant: Tenant) -> None:
    """The plan of the year, four visits, a circular, instructors with their walks."""
    root = root_unit()
    if InspectionPlan.objects.exists() or root is None:
        return
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    version = _checklist(office)
    line = _plan(root, office, leader, version)
    units = [item.unit for item in line.units.select_related("unit").order_by("pk")]
    speakers = actors_by_unit(tenant, (Role.SUPERIOR_OFFICE, Role.SECRETARY))
    for place, unit in enumerate(units[:4]):
        visit = _visit(unit, line, office, root, place)
        if place < 3 and unit.pk in speakers:
            _carry_out(visit, place, office=office, speaker=speakers[unit.pk])
    _wave(root, office, version)
    _circular(root, office)
    _instructors(root, office)


def _plan(root: Unit, office: Actor, leader: Actor, version: QuestionnaireVersion) -> PlanLine:
    year = today().year
    plan = draw_up_plan(
        root,
        actor=office,
        values={"year": year, "title": f"{year}年党工共建督查计划", "visit_limit": 2},
    )
    names = ("红旗村", "星火机械公司", "东风镇", "清河县", "云山区")
    units = [
        unit
        for name in names
        if (unit := Unit.objects.filter(name=name).order_by("path").first()) is not None
    ]
    span = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
    line = put_line(
        plan,
        actor=office,
        values={
            "topic": "党工共建年度综合督查",
            "version": version,
            "partners": "市工商联",
            **span,
        },
        units=units,
    )
    put_line(
        plan,
        actor=office,
        values={
            "topic": "非公企业同步组建专项督查",
            "method": "special",
            "version": version,
            **span,
        },
        units=units[:2],
    )
    counties = list(Unit.objects.filter(parent=root, level=Level.COUNTY).order_by("path"))
    put_line(
        plan,
        actor=office,
        values={"topic": "县区党建带工建责任落实督查", "version": version, **span},
        units=counties or units[:1],
    )
    submit_plan(plan, actor=office)
    approve_plan(plan, actor=leader, number=f"示督备〔{year}〕3号")
    line.refresh_from_db()
    return PlanLine.objects.select_related("plan__unit").get(pk=line.pk)


def _wave(root: Unit, office: Actor, version: QuestionnaireVersion) -> None:
    """Half of the counties drawn for the last weeks of the year, by two teams."""
    line = PlanLine.objects.select_related("plan__unit").get(topic__startswith="县区党建带工建")
    starts_on = working_deadline(today(), 3, corrections())
    if starts_on + timedelta(days=14) > line.ends_on:
        return  # no time is left this year
    offices = [post for post in posts_for_teams(root) if post.unit.level == Level.COUNTY]
    own = [post for post in posts_for_teams(root) if post.unit_id == root.pk]
    leaders = [*own[:1], *offices[:1]]
    wave = draw_wave(
        root,
        actor=office,
        values={
            "line": line,
            "title": "县区责任落实随机抽查",
            "version": version,
            "share": 50,
            "starts_on": starts_on,
            "ends_on": line.ends_on,
            "over_limit_reason": "领导小组第四次例会要求年底前抽查一半县区",
        },
        leaders=leaders,
        members=[post for post in [*own[1:2], *offices[1:3]] if post not in leaders],
    )
    if not any(row.stops for row in preview(wave)):
        arrange_wave(wave, actor=office)


def _visit(unit: Unit, line: PlanLine, office: Actor, root: Unit, place: int) -> Visit:
    day = today() if place < 3 else today() + timedelta(days=6)
    visit = arrange_visit(
        unit,
        actor=office,
        organizer=root,
        ground=Ground([line]),
        values={
            "title": line.topic,
            "starts_on": day,
            "ends_on": day,
            "partners": line.partners,
            "version": line.version,
        },
    )
    own = Post.objects.get(pk=office.post_id or 0)
    name_member(visit, actor=office, post=own, is_leader=True)
    others = posts_for_teams(root).exclude(pk=own.pk).exclude(unit__path__under=unit.path)
    for post in others.filter(unit=root)[:1] or others[:1]:
        name_member(visit, actor=office, post=post)
    return visit


def _carry_out(visit: Visit, place: int, *, office: Actor, speaker: Actor) -> None:
    """The first is cleared, the second is being put right, the third is under way."""
    visit = start_visit(visit, actor=office)
    questions = list(visit.version.questions.all())
    values = ("no", "yes", "有缺漏", "yes", "3", "4", "yes", "希望增加夜间活动时间")
    answers = {
        question.pk: Given(value, note="缺十二人" if value == "有缺漏" else "")
        for question, value in zip(questions, values, strict=True)
    }
    if place == 2:
        answers = dict(list(answers.items())[:3])
    findings = [
        {"key": str(uuid.uuid4()), "category": category, "severity": severity, "text": text,
         "basis": basis, "demand": demand, "question": questions[number * 2].pk}
        for number, (category, severity, text, basis, demand) in enumerate(FINDINGS)
    ]  # fmt: skip
    findings.append(
        {"key": str(uuid.uuid4()), "category": "position", "severity": "general",
         "text": "职工书屋开放时间没有公示", "solved_there": "当场张贴开放时间"}
    )  # fmt: skip
    promise = {
        "key": str(uuid.uuid4()),
        "text": "协调落实职工活动场地",
        "due_on": str(today() + timedelta(days=45)),
    }
    bundle = Bundle(
        answers=answers,
        findings=findings,
        help_items=[promise] if place == 0 else [],
        remarks={"conclusion": "总体较好，换届和花名册要抓紧整改。"},
    )
    save_bundle(visit, actor=office, bundle=bundle)
    if place == 2:
        return
    visit = sign_visit(Visit.objects.get(pk=visit.pk), actor=office)
    visit = confirm_visit(visit, actor=speaker, opinion="情况属实，按要求整改。")
    waiting = list(visit.findings.filter(state="noted"))
    issue_notice(
        visit,
        actor=office,
        findings=waiting,
        due_on=usual_deadline(visit, waiting),
        contact="陈静 000-5550102",
    )
    for matter in FollowUp.objects.filter(pk__in=visit.findings.values("follow_up")):
        held = receive_follow_up(matter, actor=speaker)
        if place == 0:
            held = report_follow_up(held, actor=speaker, result="已整改到位，材料附后。")
            clear_follow_up(held, actor=office, reason="现场核验属实。")


def _circular(root: Unit, office: Actor) -> None:
    circular = write_circular(
        root,
        actor=office,
        values={
            "title": "关于党工共建年度综合督查情况的通报",
            "starts_on": date(today().year, 1, 1),
            "ends_on": today(),
            "opening": "各单位重视程度普遍提高，党建带工建责任进一步压实。",
            "demands": "一是限期整改。二是举一反三。三是巩固成果，防止反弹。",
        },
    )
    issue_circular(circular, actor=office)


def _instructors(root: Unit, office: Actor) -> None:
    start = today() - timedelta(days=120)
    for number, (name, duty) in enumerate(
        (("卫国强", "市总工会基层部干部"), ("蒋丽华", "市委组织部干部"), ("沈立新", "市工商联干部"))
    ):
        instructor = appoint_instructor(
            root,
            actor=office,
            values={
                "name": name,
                "duty": duty,
                "starts_on": start,
                "ends_on": start + timedelta(days=365),
            },
        )
        units = list(without_union().order_by("pk")[number * 4 : number * 4 + 4])
        for place, unit in enumerate(units):
            assignment = send_instructor(instructor, actor=office, unit=unit, starts_on=start)
            if place % 2 == 0:
                note_walk(
                    assignment,
                    actor=office,
                    values={
                        "visited_on": today() - timedelta(days=9 * (place + 1)),
                        "note": "走访车间，职工入会意愿较强，企业主有顾虑。",
                        "solved": "讲清工会经费返还政策。",
                    },
                )
