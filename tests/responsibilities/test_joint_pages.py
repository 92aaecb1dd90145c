"""会签 on the screens: the work list, one return, the set-up."""

from __future__ import annotations

import pytest
from django.urls import reverse

from responsibilities.models import JointRule
from responsibilities.services.review import accept_return
from tests.factories.joint import make_rule
from tests.factories.returns import open_quarter, submitted


def _url(name: str, *args: object) -> str:
    return reverse(f"responsibilities:{name}", args=args)


@pytest.fixture
def waiting(cast):
    period, _ = open_quarter(cast)
    return submitted(cast, cast.hongqi, period, cast.secretary)


@pytest.fixture
def union(cast):
    return make_rule(cast)


def test_the_list_says_for_whom_a_return_waits(sign_in, cast, waiting, union):
    accept_return(waiting, actor=union)
    mine = sign_in(cast.township).get(_url("review_list")).content.decode()
    assert "待党组织会签" in mine
    assert f'name="ids" value="{waiting.pk}"' in mine
    theirs = sign_in(union)
    assert (
        waiting.unit.name
        not in theirs.get(_url("review_list"))
        .content.decode()
        .split("</table>")[0]
        .split("<tbody")[-1]
    )
    signed = theirs.get(_url("review_list") + "?state=signed").content.decode()
    assert "待另一方会签" in signed
    assert "待党组织会签" in signed
    assert f'name="ids" value="{waiting.pk}"' not in signed


def test_both_sign_on_the_page_with_opinion_and_name(sign_in, cast, waiting, union):
    client = sign_in(union)
    page = client.get(waiting.get_absolute_url()).content.decode()
    assert "会签同意" in page
    assert page.count("待会签") == 2
    answer = client.post(
        _url("return_decide", waiting.pk), {"decision": "accept", "reason": "属实"}, follow=True
    )
    assert "本方已会签" in answer.content.decode()
    after = client.get(waiting.get_absolute_url()).content.decode()
    assert "“属实”" in after
    assert 'value="accept"' not in after
    assert _url("signature_take_back", waiting.pk) in after

    other = sign_in(cast.township)
    assert "“属实”" in other.get(waiting.get_absolute_url()).content.decode()
    answer = other.post(_url("return_decide", waiting.pk), {"decision": "accept"}, follow=True)
    assert f"已通过{waiting.unit}的报表" in answer.content.decode()
    told = other.get(waiting.get_absolute_url()).content.decode()
    assert "冯晓兰" in told
    assert "吴建国" in told


def test_in_turn_the_page_says_who_is_first(sign_in, cast, waiting):
    make_rule(cast, order="union_first")
    client = sign_in(cast.township)
    page = client.get(waiting.get_absolute_url()).content.decode()
    assert "按规定先由工会组织会签" in page
    assert 'value="accept"' not in page
    assert 'value="send_back"' in page
    answer = client.post(_url("return_decide", waiting.pk), {"decision": "accept"})
    assert answer.status_code == 409


def test_a_signature_is_taken_back_on_its_own_page(sign_in, cast, waiting, union):
    accept_return(waiting, actor=union)
    client = sign_in(union)
    assert client.get(_url("signature_take_back", waiting.pk)).status_code == 200
    answer = client.post(_url("signature_take_back", waiting.pk), follow=True)
    assert "已取回本方会签" in answer.content.decode()
    assert client.post(_url("signature_take_back", waiting.pk)).status_code == 409
    assert sign_in(cast.secretary).get(_url("signature_take_back", waiting.pk)).status_code == 404


def test_bulk_acceptance_says_what_it_did(sign_in, cast, waiting, union):
    data = {"ids": [waiting.pk], "confirmed": "1"}
    answer = sign_in(union).post(_url("accept_many"), data, follow=True)
    assert "本方已会签 1 份，待另一方会签" in answer.content.decode()
    answer = sign_in(cast.township).post(_url("accept_many"), data, follow=True)
    assert "已通过 1 份" in answer.content.decode()


def test_the_office_sets_where_both_sign(sign_in, cast, waiting):
    client = sign_in(cast.office)
    page = client.get(_url("joint_setting")).content.decode()
    assert "还缺审核人的单位" in page
    assert "东风镇（缺党组织、工会组织）" in page
    answer = client.post(_url("joint_setting"), {"township": "union_first"}, follow=True)
    assert "已保存会签设置" in answer.content.decode()
    assert JointRule.objects.get().order == "union_first"
    client.post(_url("joint_setting"), {"township": ""})
    assert not JointRule.objects.exists()
    for actor in (cast.county, cast.leader, cast.secretary):
        assert sign_in(actor).get(_url("joint_setting")).status_code == 404
