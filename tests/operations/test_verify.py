"""``manage.py verify``: silent on sound data, and each rule broken once is named."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from gongjian.commons.documents.files import store_file
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.notices.models import Digest, DigestLine, Notice
from gongjian.commons.notices.services import notify
from gongjian.foundation.kernel.invariants import invariants
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web.models import SubmittedForm
from gongjian.operations.verification import verify_tenant
from orgs.queries import root_unit
from responsibilities.models import Obligation, QuarterlyReturn, RollupBucket
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute
from tests.factories.cast import build_cast
from tests.factories.returns import open_quarter, start, submitted
from tests.owner import owner_cursor


def verify(*arguments: str) -> str:
    said = StringIO()
    try:
        call_command("verify", *arguments, stdout=said)
    except CommandError as error:
        said.write(str(error))
    return said.getvalue()


@pytest.fixture
def filled(cast):
    period, _ = open_quarter(cast)
    accept_return(submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.township)
    recompute()
    OutboxMessage.objects.update(sent_at=timezone.now())
    return cast


def broken_answers(cast):
    SubmittedForm.objects.create(key=uuid4(), user_id=1, url="")


def broken_whole(cast):
    row = QuarterlyReturn.objects.get()
    row.values = [None for _ in row.values]
    row.save(update_fields=["values"])


def broken_trail(cast):
    row = QuarterlyReturn.objects.get()
    owed = Obligation.objects.exclude(pk=row.obligation_id).first()
    QuarterlyReturn.objects.create(
        obligation=owed,
        unit=owed.unit,
        period=row.period,
        form=row.form,
        values=row.values,
        state="accepted",
        is_nil=True,
    )


def broken_outbox(cast):
    message = OutboxMessage.objects.create(tenant_id=cast.tenant.pk, task="notices.deliver")
    OutboxMessage.objects.filter(pk=message.pk).update(
        created_at=timezone.now() - timedelta(minutes=11)
    )


def broken_notices(cast):
    notify(
        rule="orgs.test",
        subject=cast.hongqi,
        stage="one",
        post_ids=[cast.secretary.post_id],
        title="请报送",
    )
    notice = Notice.objects.get()
    for day in (0, 1):
        digest = Digest.objects.create(
            user_id=cast.secretary.user_id,
            day=timezone.localdate() - timedelta(days=day),
            state="sent",
        )
        DigestLine.objects.create(digest=digest, notice=notice)


def broken_files(cast):
    file = store_file(name="报告.pdf", content_type="application/pdf", content=b"one")
    Path(settings.FILES_DIR, file.path).write_bytes(b"two")


def broken_states(cast):
    QuarterlyReturn.objects.update(state="nowhere")


def broken_totals(cast):
    RollupBucket.objects.update(included=99)


@pytest.mark.django_db
def test_sound_data_hold_and_the_command_says_so(filled):
    said = verify()
    assert said.endswith("全部成立\n"), said
    assert "✗" not in said
    assert "报表" in verify("--tenant", filled.tenant.code)
    assert "没有代码为" in verify("--tenant", "0000")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "breaking", "words"),
    [
        ("1 answers", broken_answers, "没有记下结果"),
        ("3 whole", broken_whole, "已报送，但缺 Z201"),
        ("4 trail", broken_trail, "没有操作记录"),
        ("5 outbox", broken_outbox, "notices.deliver"),
        ("6 notices", broken_notices, "发送了 2 次"),
        ("7 files", broken_files, "与存入时不一致"),
        ("9 states", broken_states, "不存在的状态“nowhere”"),
        ("10 totals", broken_totals, "汇总数与报表不符"),
    ],
)
def test_what_is_broken_is_named_with_its_row(filled, key, breaking, words):
    breaking(filled)
    said = verify()
    assert f"✗ {'' if key == '5 outbox' else filled.tenant.name + '　'}" in said
    assert invariants[key].sentence in said[said.index("✗") :]
    assert words in said
    assert "不成立" in said


@pytest.mark.django_db
def test_a_finished_report_without_its_file_is_named(filled):
    ReportJob.objects.create(
        kind="any", title="季度通报", idempotency_key="one", status="done", requested_by="办公室"
    )
    assert "“季度通报”已完成，但没有文件" in verify()


@pytest.mark.django_db
def test_the_administrator_is_told_once_of_what_the_night_finds(filled):
    assert verify_tenant() == 0
    broken_answers(filled)
    assert verify_tenant() == 1
    verify_tenant()
    notice = Notice.objects.get(rule="operations.verify")
    assert notice.post_id == filled.administrator.post_id
    assert "没有记下结果" in notice.body


@pytest.mark.django_db
def test_reckoning_anew_changes_nothing(filled):
    broken_totals(filled)
    verify()
    assert set(RollupBucket.objects.values_list("included", flat=True)) == {99}


@pytest.mark.django_db(transaction=True)
def test_a_row_that_points_out_of_its_tenant_is_named(transactional_db):
    with transaction.atomic():
        one = build_cast()
        with tenant_scope(one.tenant.pk):
            period, _ = open_quarter(one)
            row = start(one, one.hongqi, period, one.secretary)
        with tenant_scope(one.elsewhere.pk):
            foreign = root_unit().pk
    with without("responsibilities_quarterlyreturn_unit_id_same") as cursor:
        cursor.execute(
            "UPDATE responsibilities_quarterlyreturn SET unit_id = %s WHERE id = %s",
            [foreign, row.pk],
        )
        said = verify()
        cursor.execute(
            "UPDATE responsibilities_quarterlyreturn SET unit_id = %s WHERE id = %s",
            [one.hongqi.pk, row.pk],
        )
    assert f"responsibilities_quarterlyreturn {row.pk} 的 unit_id 指向本地区之外" in said


@contextmanager
def without(constraint: str):
    """The owner takes a constraint away for a while."""
    with owner_cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE conname = %s",
            [constraint],
        )
        table, text = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        try:
            yield cursor
        finally:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {text}")


def test_each_of_the_eleven_is_asked():
    asked = {key.split()[0] for key in (rule.key for rule in invariants)}
    assert asked >= {str(number) for number in range(1, 12)}
