"""Seminars of the demo: topics on their way, a call that is decided, one that is judged now."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from gongjian.commons.questionnaires.enums import Purpose, QuestionKind
from gongjian.commons.questionnaires.models import QuestionnaireVersion
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.designing import (
    add_question,
    create_questionnaire,
    publish_version,
)
from gongjian.demo.people import PASSWORD, actor_named, actors_by_unit
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, today
from orgs.enums import Role
from orgs.models import Post, Tenant, Unit
from orgs.queries import actor_of, holders_of, root_unit, system_actor
from orgs.services import appoint, create_post, open_account
from seminars.enums import AssignmentState, MilestoneKind, ReplyKind, TopicLevel
from seminars.models import Call, Paper, ReviewAssignment, StudyTopic
from seminars.services.calls import close_call, open_call, save_call, start_review
from seminars.services.events import add_item, answer_invitation, invite, save_seminar
from seminars.services.judging import add_expert, assign_evenly, finish_review, save_review
from seminars.services.papers import (
    Author,
    make_blind,
    propose_masks,
    submit_paper,
    write_paper,
)
from seminars.services.topics import (
    apply_topic,
    approve_topic,
    pass_topic,
    report_topic,
    write_topic,
)

#: Criteria of the judges: section, question, weight.
CRITERIA = (
    ("选题", "选题来自工作中的真问题", 20),
    ("内容", "材料扎实，分析有依据", 30),
    ("内容", "建议可操作、可推广", 30),
    ("表达", "结构清楚，文字简练", 20),
)
#: Judges: account, name, post, where they work (a unit, or nowhere in the region), field.
JUDGES = (
    ("expert", "许静", "特邀评委", "", "党建理论"),
    ("expert2", "冯立群", "特邀评委", "", "工会工作"),
    ("expert3", "姚敏", "特邀评委", "云山区", "基层治理"),
    ("expert4", "蒋国栋", "特邀评委", "清河县", "劳动关系"),
)
#: Unit, title, abstract, paragraphs, authors.
PAPERS = (
    ("红旗村", "农村“两个组织”同步换届的做法和难点",
     "以一个村的两次换届为例，说明党支部和工会委员会同步换届能省什么、难在哪里。",
     ("红旗村党支部和工会委员会过去各换各的届，一年里要开四次会，职工说“刚选完又要选”。",
      ("二〇二四年起，村里把两个组织的换届放在同一个月：先由支部书记赵春梅牵头排出一张总日程，"
      "把候选人考察、公示、选举各做一次，两套材料共用一份花名册。"),
      "同步换届以后，会议由四次减为两次，公示由两张合为一张，职工到会率由六成提高到八成。",
      ("难点有三个：一是任期不同步，头一次要有一方提前或者延后；二是候选人重合时怎样避免一人多职；"
      "三是外出职工多，选举日要选在农闲和返乡时节。"),
      "建议由县里统一明确提前换届的手续，把同步换届写进年度安排，并把花名册作为共用底册每季更新。"),
     ("赵春梅", "孙国强")),
    ("星火机械公司", "民营企业党员攻关组和工会小组怎样合成一股劲",
     "一家机械企业把党员攻关组和工会小组合起来，两年解决了十一个生产难题。",
     ("星火机械公司有职工二百五十人，党员十四人。攻关组成立之初只有党员参加，能懂技术的青年职工进不来。",
      "后来公司把工会小组长都吸收进来，难题由工会小组提、攻关组领、车间评，奖励由工会经费和公司各出一半。",
      "两年里共解决难题十一个，节约费用一百六十万元，有三名青年职工被列为入党积极分子。",
      "我们的体会是：题目要小，时限要短，评价的人不能是领题的人；经费要提前说清楚，免得事后为难。",
      "建议在规模以上企业推广“工会提题、党员领题、职工评题”的办法，由县总工会设立小额奖励。"),
     ("马志强",)),
    ("东风镇", "小微企业联合工会怎样留得住人",
     "对四十二家小微企业的走访表明，联合工会留不住人主要不是经费问题。",
     ("东风镇有小微企业四十二家，二〇二五年建起三家联合工会，一年后还在正常活动的只有一家。",
      "走访中发现，留不住的原因依次是：没有固定的人、没有固定的日子、没有职工看得见的实事。",
      ("留得住的一家做对了三件事：由镇工会派出的专职干部每周三到场；每季办一件职工点名要办的事；"
      "把联合工会和园区党支部放在一间屋子里办公。"),
      "经费当然重要，但四十二家里只有五家把经费排在第一位。",
      "建议按每三百名职工配一名专职干部，联合工会成立满一年时由上级回访一次。"),
     ("吴建国",)),
    ("西城街道", "新就业群体驿站的开放时间该由谁定",
     "记录六个驿站三周的实际到站人数，说明开放时间和骑手作息错位。",
     ("西城街道有新就业群体驿站六个，开放时间都是上午九点到下午五点，骑手最需要的时候恰好关门。",
      "我们请工会志愿者在六个驿站记了三周到站人数，下午两点到四点和晚上八点以后最多。",
      "其中两个驿站改为上午十点到晚上十点，由附近党组织轮流值守，到站人数增加两倍。",
      "值守的办法是：社区党组织管白天，共建单位党支部管晚上，工会负责物资和登记。",
      "建议驿站的开放时间由使用的人来定，每半年问一次，写进驿站门口的牌子。"),
     ("冯小燕",)),
)  # fmt: skip


def seminars_year(tenant: Tenant) -> None:
    """A year of study; every step of it is there to be looked at."""
    if StudyTopic.objects.exists():
        return
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    writers = {
        actor.unit_name: actor
        for actor in actors_by_unit(tenant, (Role.SECRETARY, Role.SUPERIOR_OFFICE)).values()
    }
    _topics(office, writers)
    call = _judged_call(tenant, office, writers)
    _seminar(office, leader, writers, call)


def _topics(office: Actor, writers: dict[str, Actor]) -> None:
    wanted = (
        ("红旗村", "农村党支部与工会同步换届研究", "赵春梅", 3),
        ("东风镇", "小微企业联合工会运行机制研究", "吴建国", 1),
        ("星火机械公司", "党员攻关组与职工创新工作室融合研究", "郑卫东", 0),
    )
    for unit_name, title, leader, steps in wanted:
        actor = writers.get(unit_name)
        if actor is None:
            continue
        unit = Unit.objects.get(pk=actor.unit_id or 0)
        topic = write_topic(
            None,
            actor=actor,
            unit=unit,
            values={
                "title": title,
                "leader": leader,
                "members": "",
                "question": "两个组织的工作各做各的，同一批职工开两遍会、填两遍表。",
                "method": "走访十个单位，比较三种做法，在本单位试行半年。",
                "outcome": "调研报告一篇、工作办法一份",
            },
        )
        topic = apply_topic(topic, actor=actor)
        if not steps:
            continue
        topic = approve_topic(
            topic,
            actor=office,
            level=TopicLevel.KEY if steps > 1 else TopicLevel.GENERAL,
            due_on=today() + timedelta(days=60),
        )
        for step, kind, words in (
            (
                "open",
                MilestoneKind.OPENING,
                "分三步：先摸底，再试行，最后比较。课题组共四人，分工已经明确。",
            ),
            (
                "midterm",
                MilestoneKind.MIDTERM,
                "已走访七个单位，试行两个月，初步结论是会议次数可以减少一半。",
            ),
        )[: steps - 1]:
            report_topic(topic, actor=actor, kind=kind, text=words)
            topic = pass_topic(topic, step, actor=office)


def _criteria(office: Actor) -> QuestionnaireVersion:
    known = QuestionnaireVersion.objects.filter(
        questionnaire__purpose=Purpose.REVIEW, state="published"
    ).first()
    if known is not None:
        return known
    questionnaire = create_questionnaire(
        actor=office, values={"title": "研讨论文评分标准", "purpose": Purpose.REVIEW}
    )
    version = questionnaire.versions.get()
    for section, text, weight in CRITERIA:
        add_question(
            version,
            actor=office,
            values={
                "section": section,
                "text": text,
                "kind": QuestionKind.SCALE,
                "scale_top": 10,
                "weight": Decimal(weight),
            },
        )
    return publish_version(version, actor=office)


def _judged_call(tenant: Tenant, office: Actor, writers: dict[str, Actor]) -> Call:
    """Handed in, made anonymous, and half judged: the judge of the tour still has work."""
    call = save_call(
        None,
        actor=office,
        values={
            "title": "党建带工建理论研讨征文",
            "guide": "党组织和工会同步组建、同步换届、同步发展\n小微企业和新就业群体建会入会\n"
            "党员、工会小组在生产一线怎样发挥作用",
            "closes_on": today(),
            "corrections_until": None,
            "shortest": 100,
            "longest": 6000,
            "unit_quota": 2,
            "experts_each": 3,
            "drops_extremes": True,
            "criteria": _criteria(office),
        },
        tiers=[("一等奖", 1), ("二等奖", 1), ("三等奖", 2)],
    )
    call = open_call(call, actor=office)
    papers = [
        _handed_in(call, writers[unit], title, abstract, paragraphs, authors)
        for unit, title, abstract, paragraphs, authors in PAPERS
        if unit in writers
    ]
    judges = _judges(tenant, call, office)
    call = close_call(call, actor=office, reason="稿件已经收齐。")
    for paper in papers:
        words = [one.word for one in propose_masks(paper)]
        make_blind(paper, actor=office, words=words)
    assign_evenly(call, actor=office)
    call = start_review(call, actor=office)
    for number, row in enumerate(
        ReviewAssignment.objects.filter(paper__call=call, state=AssignmentState.ASKED)
        .select_related("expert", "paper__call__criteria")
        .order_by("pk")
    ):
        if row.expert.post_id != judges[0].post_id:
            _judge(row, judges, number)
    return call


def _handed_in(
    call: Call,
    actor: Actor,
    title: str,
    abstract: str,
    paragraphs: tuple[str, ...],
    authors: tuple[str, ...],
) -> Paper:
    unit = Unit.objects.get(pk=actor.unit_id or 0)
    paper = write_paper(
        None,
        actor=actor,
        call=call,
        unit=unit,
        values={
            "title": title,
            "abstract": abstract,
            "body": "".join(f"<p>{text}</p>" for text in paragraphs),
        },
        authors=[Author(unit.pk, name) for name in authors],
    )
    return submit_paper(paper, actor=actor)


def _judges(tenant: Tenant, call: Call, office: Actor) -> list[Actor]:
    system, root = system_actor(tenant), root_unit()
    if root is None:
        raise LookupError("the demo tenant has its root unit")
    actors = []
    for username, name, title, works_at, field in JUDGES:
        post = Post.objects.filter(role=Role.EXPERT, appointments__user__username=username).first()
        if post is None:
            post = create_post(root, actor=system, title=title, role=Role.EXPERT)
            appoint(
                post,
                actor=system,
                user=open_account(username=username, person_name=name, password=PASSWORD),
            )
        add_expert(
            call,
            actor=office,
            post=post,
            name=name,
            works_at=Unit.objects.filter(name=works_at).first() if works_at else None,
            field=field,
        )
        actors.append(actor_of(holders_of([post.pk]).get(), tenant))
    return actors


def _judge(row: ReviewAssignment, judges: list[Actor], number: int) -> None:
    actor = next(one for one in judges if one.post_id == row.expert.post_id)
    questions = list(row.paper.call.criteria.questions.all())
    answers = {
        question.pk: Given(str(6 + (number + place) % 4))
        for place, question in enumerate(questions)
    }
    row = save_review(
        row,
        actor=actor,
        answers=answers,
        opinion="问题抓得准，做法写得清楚；建议补充可比较的数据，再压缩篇幅。",
    )
    finish_review(row, actor=actor)


def _seminar(office: Actor, leader: Actor, writers: dict[str, Actor], call: Call) -> None:
    root = root_unit()
    if root is None:
        return
    day = today() + timedelta(days=20)
    seminar = save_seminar(
        None,
        actor=office,
        organizer=root,
        values={
            "title": "党建带工建理论研讨会",
            "call": call,
            "starts_at": datetime.combine(day, time(14, 30), SHANGHAI),
            "ends_at": datetime.combine(day, time(17, 0), SHANGHAI),
            "place": "市总工会三楼会议室",
            "notice": "请带论文打印稿三份。发言限时十分钟，讨论时请结合本单位实际。",
        },
    )
    for title, speaker, minutes in (
        ("领导小组组长讲话", leader.person_name, 15),
        ("获奖论文交流", "获奖作者", 60),
        ("分组讨论", "", 50),
        ("小结", office.person_name, 15),
    ):
        add_item(
            seminar,
            actor=office,
            values={"title": title, "speaker": speaker, "minutes": minutes},
        )
    units = [Unit.objects.get(pk=actor.unit_id or 0) for actor in writers.values()]
    seminar = invite(seminar, actor=office, units=units[:12])
    for name in ("东风镇", "星火机械公司"):
        actor = writers.get(name)
        row = seminar.invitations.filter(unit=actor.unit_id).first() if actor else None
        if actor and row:
            answer_invitation(
                row,
                actor=actor,
                reply=ReplyKind.COMING,
                values={"name": actor.person_name, "duty": actor.post_title},
            )
