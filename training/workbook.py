"""学员名册 as a workbook: everybody who signed up, with hours, result and certificate."""

from __future__ import annotations

import io

import xlsxwriter

from training.enums import CertificateState
from training.models import Certificate, TrainingClass
from training.queries.hours import tallies

HEAD = (
    "次序", "姓名", "单位", "职务", "状态", "住宿", "总学时", "出勤学时", "请假学时", "缺席学时",
    "考核成绩", "结果说明", "证书编号", "备注",
)  # fmt: skip


def roster(training_class: TrainingClass) -> bytes:
    found = tallies(training_class)
    numbers = {
        certificate.enrolment_id: certificate.number
        for certificate in Certificate.objects.filter(
            enrolment__training_class=training_class, state=CertificateState.VALID
        )
    }
    stream = io.BytesIO()
    # Text is never read as a formula or an address: names are typed by people.
    workbook = xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet("学员名册")
    bold = workbook.add_format({"bold": True, "bottom": 1})
    sheet.write_row(0, 0, HEAD, bold)
    sheet.freeze_panes(1, 2)
    sheet.set_column(2, 2, 24)
    sheet.set_column(3, 3, 16)
    sheet.set_column(11, 12, 26)
    people = training_class.enrolments.select_related("trainee", "unit").order_by("turn", "pk")
    for row, item in enumerate(people, start=1):
        tally = found.get((item.unit_id, item.trainee.name))
        hours = [tally.total, tally.attended, tally.leave, tally.absent] if tally else [None] * 4
        values = [
            item.turn, item.trainee.name, item.unit.name, item.trainee.duty,
            item.get_state_display(), "是" if item.lodging else "", *hours, item.score,
            item.result_reason, numbers.get(item.pk, ""), item.note,
        ]  # fmt: skip
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row, column, value)
    sheet.autofilter(0, 0, max(1, people.count()), len(HEAD) - 1)
    workbook.close()
    return stream.getvalue()
