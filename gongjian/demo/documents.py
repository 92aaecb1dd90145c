"""Official documents of the demo: a chain of sign-off, and a register with what may stand in it."""

from __future__ import annotations

from gongjian.commons.documents.contexts import CircularContext
from gongjian.commons.documents.enums import Answer
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.numbering import reserve_numbers
from gongjian.commons.documents.routes import RoutePlan, arrange_route
from gongjian.commons.documents.services import (
    agree_to_document,
    draft_document,
    issue_document,
    send_back,
    sign_off_document,
    submit_document,
    void_document,
)
from gongjian.demo.people import actor_named
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Post, Tenant

_NOTICE, _CIRCULAR, _LETTER = "documents.notice", "documents.circular", "documents.letter"
_ALL = "各县（市、区）党工共建工作领导小组"


def documents_year(tenant: Tenant) -> None:
    """Notices go from hand to hand; a 通报 and a 函 are signed directly."""
    if OfficialDocument.objects.exists():
        return
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    deputy, county = actor_named(tenant, "viewer"), actor_named(tenant, "county")
    arrange_route(
        _NOTICE,
        actor=office,
        plan=RoutePlan(
            is_direct=False,
            reviewers=[_post(deputy)],
            countersigners=[_post(county)],
            signer=_post(leader),
        ),
    )
    year = today().year
    notice = _draft(
        tenant, office, _NOTICE, f"关于做好{year}年党工共建季度报表报送工作的通知",
        "为及时掌握目标任务完成情况，现就季度报表报送工作通知如下。\n一、报送时间\n"
        "每季度结束后十日内，由基层党组织书记填报，经上级审核后汇总。\n二、有关要求\n"
        "数据要与台账一致；没有发生的，按零报告报送并说明原因，不得空白。",
    )  # fmt: skip
    notice = submit_document(notice, actor=office)
    for actor, opinion in (
        (deputy, "文字已核，同意。"),
        (county, "同意。"),
        (leader, "同意印发。"),
    ):
        notice = _agree(notice, actor, opinion)
    issue_document(notice, actor=office)

    _signed(
        tenant, office, leader, _CIRCULAR, f"关于{year}年上半年目标任务完成情况的通报",
        "上半年，各级党组织、工会组织同步推进组织组建和作用发挥，多数目标达到时序进度。"
        "现将有关情况通报如下。\n一、总体情况\n各县（市、区）均按时报送，发展会员、"
        "新建工会组织完成情况较好。\n二、下一步工作\n对落后的指标逐项分析原因，三季度补齐。",
    )  # fmt: skip
    wrong = _signed(
        tenant, office, leader, _LETTER, "关于商请提供用工备案企业名单的函",
        "为摸清应建未建工会的企业底数，请提供本年度用工备案企业名单。",
        to="市人力资源和社会保障局",
    )  # fmt: skip
    void_document(wrong, actor=leader, reason="收文单位名称有误，另行发函。")
    reserve_numbers(tenant.document_mark, actor=office, count=1, purpose="年度先进集体表扬通报")
    _on_the_way(tenant, office, deputy)


def _on_the_way(tenant: Tenant, office: Actor, deputy: Actor) -> None:
    """One that waits for a countersignature, one that came back with a reason."""
    waiting = _draft(
        tenant, office, _NOTICE, "关于开展困难职工冬季走访慰问的通知",
        "元旦春节将至，请各地结合实际开展走访慰问，慰问情况于年底前报领导小组办公室。",
    )  # fmt: skip
    _agree(submit_document(waiting, actor=office), deputy, "同意，建议与送温暖活动统筹。")
    back = _draft(
        tenant, office, _NOTICE, "关于推荐党工共建创新案例的通知",
        "请各地推荐近两年来可复制、可推广的创新案例，每县不超过三个。",
    )  # fmt: skip
    back = submit_document(back, actor=office)
    turn = back.turns.get(post_id=deputy.post_id or 0, answer=Answer.WAITING)
    send_back(turn, actor=deputy, reason="请写明报送时间和联系人。")


def _post(actor: Actor) -> Post:
    return Post.objects.get(pk=actor.post_id or 0)


def _draft(
    tenant: Tenant, office: Actor, kind: str, title: str, body: str, *, to: str = _ALL
) -> OfficialDocument:
    organ = f"{tenant.leading_group}办公室"
    return draft_document(
        kind,
        actor=office,
        mark=tenant.document_mark,
        context=CircularContext(
            organs=[organ], title=title, main_recipients=to, body=body, printer=organ
        ),
    )


def _signed(
    tenant: Tenant,
    office: Actor,
    leader: Actor,
    kind: str,
    title: str,
    body: str,
    *,
    to: str = _ALL,
) -> OfficialDocument:
    document = _draft(tenant, office, kind, title, body, to=to)
    return issue_document(sign_off_document(document, actor=leader), actor=office)


def _agree(document: OfficialDocument, actor: Actor, opinion: str) -> OfficialDocument:
    turn = document.turns.get(post_id=actor.post_id or 0, answer=Answer.WAITING)
    return agree_to_document(turn, actor=actor, opinion=opinion)
