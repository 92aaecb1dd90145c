"""What training prints: timetable, sign-in sheets, certificates, the file of a class."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gongjian.commons.documents.certificates import certificate_batch
from gongjian.commons.documents.contexts import Attachment, CircularContext, Column
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.shelves import (
    DocumentKind,
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    document_kinds,
    report_kinds,
)
from gongjian.commons.rolls.documents import sheet_values
from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant
from training.authority import MANAGE_TRAINING, VIEW_TRAINING
from training.enums import SEATED, CertificateState, EnrolmentState
from training.models import Certificate, Enrolment, Lesson, TrainingClass
from training.queries.closing import closing_pack, evaluation_of
from training.queries.hours import RULE, Tally, half_days, roll_of, tallies, words
from training.queries.verification import verification_url

PDF = "application/pdf"


def _class(parameters: Mapping[str, Any]) -> TrainingClass:
    return TrainingClass.objects.select_related(
        "unit", "plan__unit", "questionnaire__questionnaire"
    ).get(pk=parameters["training_class"])


def organ_of(training_class: TrainingClass) -> str:
    if training_class.unit.parent_id is None:
        return Tenant.objects.get(pk=require_tenant_id()).leading_group
    return training_class.unit.name


def _head(training_class: TrainingClass) -> dict[str, Any]:
    return {
        "organ": organ_of(training_class),
        "title": training_class.title,
        "days": f"{long_date(training_class.starts_on)}—{long_date(training_class.ends_on)}",
        "place": training_class.place,
        "leader": training_class.head or "—",
    }


def _line(lesson: Lesson) -> dict[str, str]:
    teacher = lesson.teacher
    who = f"{teacher.name}（{teacher.employer}{teacher.title}）" if teacher else "—"
    return {
        "when": lesson.when_words.split(" ")[1],
        "topic": lesson.topic,
        "form": lesson.form,
        "teacher": who,
        "room": lesson.room.name if lesson.room else "—",
        "hours": words(lesson.hours),
    }


def timetable_values(training_class: TrainingClass) -> dict[str, Any]:
    halves = half_days(training_class)
    return {
        **_head(training_class),
        "halves": [
            {"label": label, "count": str(len(lessons)), "lessons": [_line(x) for x in lessons]}
            for label, lessons in halves.items()
        ],
        "total": words(sum((x.hours for found in halves.values() for x in found), Decimal(0))),
    }


def produce_timetable(parameters: Mapping[str, Any]) -> Production:
    training_class = _class(parameters)
    yield Progress(20, "正在排版")
    printed = render_pdf("training/timetable.html", timetable_values(training_class))
    return ProducedFile(f"{training_class}课程表.pdf", PDF, printed.content)


def produce_sheets(parameters: Mapping[str, Any]) -> Production:
    """签到表 of all half-days in one file, each beginning on a page of its own."""
    training_class = _class(parameters)
    roll = roll_of(training_class)
    if roll is None:
        raise DomainError("名单还没有确定，没有签到表可以打印。")
    yield Progress(20, "正在排版")
    sessions = roll.sessions.select_related("roll__organizer")
    values = {"title": training_class.title, "sheets": [sheet_values(item) for item in sessions]}
    printed = render_pdf("training/sign_sheets.html", values)
    return ProducedFile(f"{training_class}签到表.pdf", PDF, printed.content)


def certificate_row(certificate: Certificate) -> dict[str, str]:
    """What one page prints, from what was kept when the certificate was issued."""
    said = dict(certificate.printed)
    text = (
        f"于{said['培训时间']}参加“{said['培训班次']}”学习，完成规定课程{said['学时']}，"
        "经考核准予结业。"
    )
    return {
        "name": said["姓名"],
        "unit": said["单位"],
        "duty": "" if said["职务"] == "—" else said["职务"],
        "text": text,
        "number": certificate.number,
        "issuer": said["发证单位"],
        "issued_on": said["发证日期"],
        "code": certificate.code,
        "url": verification_url(certificate.code),
    }


def produce_certificates(parameters: Mapping[str, Any]) -> Production:
    training_class = _class(parameters)
    certificates = list(
        Certificate.objects.filter(
            enrolment__training_class=training_class, state=CertificateState.VALID
        )
    )
    if not certificates:
        raise DomainError("还没有发结业证书，请先编号发证再打印。")
    yield Progress(10, f"共{len(certificates)}本，正在排版")
    content = certificate_batch("结业证书", [certificate_row(item) for item in certificates])
    return ProducedFile(f"{training_class}结业证书.pdf", PDF, content)


def archive_values(training_class: TrainingClass) -> dict[str, Any]:
    """班次档案: everything of a class on paper, one part after the other."""
    found = tallies(training_class)
    people = training_class.enrolments.filter(
        state__in=[*SEATED, EnrolmentState.EXPELLED]
    ).select_related("trainee", "unit")
    results = evaluation_of(training_class)
    valid = {
        certificate.enrolment_id: certificate.number
        for certificate in Certificate.objects.filter(
            enrolment__training_class=training_class, state=CertificateState.VALID
        )
    }
    rows = []
    for number, item in enumerate(people.order_by("unit__path", "turn"), start=1):
        tally = found.get((item.unit_id, item.trainee.name))
        rows.append(
            {
                "number": str(number), "name": item.trainee.name,
                "unit": f"{item.unit.name}{item.trainee.duty}",
                "hours": _hours(item, tally),
                "missed": words(tally.missed) if tally else "—",
                "score": "—" if item.score is None else words(item.score),
                "result": item.get_state_display(), "certificate": valid.get(item.pk, "—"),
            }
        )  # fmt: skip
    costs = list(training_class.costs.all())
    return {
        **timetable_values(training_class),
        "plan": str(training_class.plan),
        "approved_by": training_class.plan.approved_by or "—",
        "audience": training_class.audience,
        "aim": training_class.aim or "—",
        "opening": training_class.opening or "见附件。",
        "summary": training_class.summary or "见附件。",
        "people": rows,
        "pack": [
            {"label": p.label, "state": "有" if p.is_there else "缺", "note": p.note}
            for p in closing_pack(training_class)
        ],
        "late": training_class.late_reason,
        "late_by": training_class.late_granted_by,
        "evaluation": _evaluation(results),
        "sheets": str(results.sheets) if results else "0",
        "costs": [
            {
                "label": x.get_kind_display(), "planned": f"{x.planned:,.2f}",
                "spent": f"{x.spent:,.2f}", "note": x.note or "—",
            }
            for x in costs
        ],
        "planned": f"{sum((x.planned for x in costs), Decimal(0)):,.2f}",
        "spent": f"{sum((x.spent for x in costs), Decimal(0)):,.2f}",
    }  # fmt: skip


def _hours(enrolment: Enrolment, tally: Tally | None) -> str:
    """What was granted; before the end of the class, what was attended so far."""
    if enrolment.hours is not None:
        return words(enrolment.hours)
    return words(tally.attended) if tally is not None else "—"


def _evaluation(results: Any) -> list[dict[str, str]]:
    if results is None or results.is_withheld:
        return []
    return [
        {
            "text": item.question.text,
            "average": "—" if item.average is None else words(item.average),
            "counts": "，".join(f"{word}：{count}" for word, count in item.counts)
            or "；".join(text.rstrip("。；") for text in item.texts)
            or "—",
        }
        for item in results.questions
    ]


def produce_archive(parameters: Mapping[str, Any]) -> Production:
    training_class = _class(parameters)
    yield Progress(20, "正在排版")
    printed = render_pdf("training/archive.html", archive_values(training_class))
    return ProducedFile(f"{training_class}班次档案.pdf", PDF, printed.content)


def build_notice(training_class: TrainingClass) -> CircularContext:
    """培训通知, with the division of places and the timetable behind it."""
    organ = organ_of(training_class)
    first, last = long_date(training_class.starts_on), long_date(training_class.ends_on)
    training_class.quotas.exists()
    lines = [
        (
            f"根据{training_class.plan.year}年度培训计划，决定举办{training_class.title}。"
            "现将有关事项通知如下："
        ),
        "一、培训对象和名额",
        f"{training_class.audience}，共{training_class.capacity}人。"
        + (
            "各单位名额见附件。" if training_class.quotas.exists() else "按报名次序录取，额满候补。"
        ),
        "二、时间和地点",
        f"{first}至{last}，{training_class.place}。",
        "三、培训内容",
        *([line for line in training_class.aim.splitlines() if line.strip()] or ["见课程表。"]),
        "四、报名",
        (
            f"请于{long_date(training_class.apply_by)}前由单位负责人批准后报名；"
            "没有合适人选的不必报名。名额已满的列入候补，有空额时按次序录取。"
        ),
        "五、有关要求",
        f"参训人员应遵守学习纪律。{RULE}",
    ]
    if training_class.head or training_class.contact:
        lines.append(f"联系人：{training_class.head}　电话：{training_class.contact}")
    return CircularContext(
        organs=[organ],
        title=f"关于举办{training_class.title}的通知",
        main_recipients="各有关单位",
        body="\n".join(lines),
        attachments=_attachments(training_class),
        signatures=[f"{organ}办公室" if training_class.unit.parent_id is None else organ],
    )


def _attachments(training_class: TrainingClass) -> list[Attachment]:
    found = []
    quotas = list(training_class.quotas.select_related("unit"))
    if quotas:
        found.append(
            Attachment(
                "名额分配表",
                [Column("序号", 15), Column("单位", 60), Column("名额", 25)],
                [
                    [str(number), quota.unit.name, str(quota.places)]
                    for number, quota in enumerate(quotas, start=1)
                ],
            )
        )
    lessons = list(training_class.lessons.select_related("teacher"))
    if lessons:
        found.append(
            Attachment(
                "课程表",
                [Column("时间", 32), Column("课题", 44), Column("授课人", 24)],
                [
                    [lesson.when_words, lesson.topic, str(lesson.teacher or "—")]
                    for lesson in lessons
                ],
            )
        )
    return found


NOTICE = document_kinds.register(
    DocumentKind(
        "training.notice",
        "培训通知",
        "documents/circular.html",
        "1",
        build_notice,
        is_directive=True,
    )
)
TIMETABLE = report_kinds.register(
    ReportKind("training.timetable", "课程表", VIEW_TRAINING, produce_timetable)
)
SHEETS = report_kinds.register(
    ReportKind("training.sheets", "签到表", MANAGE_TRAINING, produce_sheets)
)
CERTIFICATES = report_kinds.register(
    ReportKind("training.certificates", "结业证书", MANAGE_TRAINING, produce_certificates)
)
ARCHIVE = report_kinds.register(
    ReportKind("training.archive", "班次档案", MANAGE_TRAINING, produce_archive)
)
