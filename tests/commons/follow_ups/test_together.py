"""Acts on many: who is left out is named with the reason, and all or none are done."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension
from gongjian.commons.follow_ups.services.handling import ask_extension
from gongjian.foundation.kernel.dates import today
from tests.factories.follow_ups import cleared, in_hand, issued, reported


def together(act: str) -> str:
    return reverse("follow_ups:together", args=[act])


def text(answer) -> str:
    return answer.content.decode()


def test_many_extensions_are_decided_with_one_answer(cast, sign_in):
    rows = [in_hand(cast, title=f"事项{number}") for number in range(2)]
    later = today() + timedelta(days=40)
    for row in rows:
        ask_extension(row, actor=cast.secretary, until=later, reason="等款。")
    without = in_hand(cast, title="没有申请")
    ids = [row.pk for row in [*rows, without]]
    client = sign_in(cast.office)

    preview = text(client.post(together("extend"), {"ids": ids}))
    assert "没有等待批复的延期申请" in preview
    assert "等款。" in preview
    assert "这个字段" not in preview
    poor = client.post(together("extend"), {"ids": ids, "confirmed": "1", "decision": "refuse"})
    assert "请写明不同意的理由" in text(poor)
    client.post(together("extend"), {"ids": ids, "confirmed": "1", "decision": "grant"})

    assert set(FollowUpExtension.objects.values_list("state", flat=True)) == {"granted"}
    assert FollowUp.objects.filter(due_on=later).count() == 2


def test_many_go_to_another_unit_after_a_preview(cast, sign_in):
    rows = [issued(cast, title="事项一"), in_hand(cast, title="事项二")]
    there, done = issued(cast, cast.dongfeng, title="已在东风镇"), cleared(cast, title="已销号")
    ids = {"ids": [row.pk for row in [*rows, there, done]]}
    client = sign_in(cast.office)
    filled = {**ids, "confirmed": "1", "unit": cast.dongfeng.pk, "reason": "机构调整。"}

    first = text(client.post(together("hand_over"), ids))
    assert "预览改交结果" in first
    assert "不能改交" in first
    poor = client.post(together("hand_over"), {**ids, "confirmed": "1"})
    assert poor.status_code == 422
    preview = text(client.post(together("hand_over"), filled))
    assert "已由这个单位主办" in preview
    assert '将办理下列 <b class="digits">2</b> 件' in preview
    assert not FollowUp.objects.filter(unit=cast.dongfeng, title__startswith="事项").exists()
    due = {row.title: row.due_on for row in FollowUp.objects.all()}
    client.post(together("hand_over"), {**filled, "previewed": "1"})

    moved = FollowUp.objects.filter(unit=cast.dongfeng, title__startswith="事项")
    assert {row.title: row.due_on for row in moved} == {
        title: due[title] for title in ("事项一", "事项二")
    }


def test_an_overdue_one_needs_a_new_day_to_go_elsewhere(cast, sign_in):
    late = in_hand(cast)
    FollowUp.objects.filter(pk=late.pk).update(due_on=today() - timedelta(days=1))
    filled = {
        "ids": [late.pk], "confirmed": "1", "unit": cast.dongfeng.pk, "reason": "改交。",
    }  # fmt: skip
    client = sign_in(cast.office)
    assert "请填写统一的办理时限" in text(client.post(together("hand_over"), filled))
    refused = client.post(together("hand_over"), {**filled, "previewed": "1"})
    assert "所选事项都不能办理" in text(refused)
    day = today() + timedelta(days=9)
    client.post(together("hand_over"), {**filled, "previewed": "1", "until": str(day)})
    late.refresh_from_db()
    assert (late.unit, late.due_on) == (cast.dongfeng, day)


def test_verifying_many_leaves_out_ones_own_and_says_so(cast, sign_in):
    own = reported(cast, by=cast.office, unit=cast.city, title="办公室自办")
    other = reported(cast, title="村里办的")
    preview = text(sign_in(cast.office).post(together("clear"), {"ids": [own.pk, other.pk]}))
    assert "办公室自办（" in preview
    assert "须由另一个人核验" in preview


def test_a_leader_verifies_and_urges_many_but_gives_nothing_out(cast, sign_in):
    client = sign_in(cast.leader)
    page = text(client.get(reverse("follow_ups:followup_list")))
    assert together("clear") in page
    assert together("hand_over") not in page
    matter = in_hand(cast)
    assert client.post(together("hand_over"), {"ids": [matter.pk]}).status_code == 404
    client.post(together("urge"), {"ids": [matter.pk], "confirmed": "1", "text": "本周办结。"})
    matter.refresh_from_db()
    assert matter.urge_count == 1
    assert matter.notes.get(kind="urge").text == "本周办结。"
