"""结班材料: what a complete file of a class holds, and what of it is missing."""

from __future__ import annotations

from dataclasses import dataclass

from gongjian.commons.evidence.queries import place_of, uses_of
from gongjian.commons.questionnaires.queries import Results, results_about
from training.enums import SEATED, CertificateState, EnrolmentState, PlanState
from training.models import TrainingClass
from training.queries.hours import roll_of

#: Slots of evidence of a class, with their names.
SLOTS = {
    "scheme": "培训方案",
    "opening": "开班议程",
    "sheets": "签到表扫描件",
    "material": "课件资料",
    "summary": "办班小结",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of the file; ``remedy`` says where it comes from when it is missing."""

    label: str
    is_there: bool
    note: str
    remedy: str = ""


def evaluation_of(training_class: TrainingClass) -> Results | None:
    version = training_class.questionnaire
    return results_about(version, training_class) if version is not None else None


def closing_pack(training_class: TrainingClass) -> list[Piece]:
    def attached(slot: str) -> int:
        return len(uses_of(place_of(training_class, slot)))

    seated = training_class.enrolments.filter(state__in=SEATED).count()
    completed = training_class.enrolments.filter(state=EnrolmentState.COMPLETED).count()
    certified = training_class.enrolments.filter(
        state=EnrolmentState.COMPLETED, certificates__state=CertificateState.VALID
    ).count()
    lessons = training_class.lessons.count()
    roll = roll_of(training_class)
    sealed = roll is not None and roll.closed_at is not None
    costs = training_class.costs.filter(spent__gt=0).count()
    plan = training_class.plan
    approved = plan.state == PlanState.APPROVED
    schemes, openings, summaries = (attached(slot) for slot in ("scheme", "opening", "summary"))
    return [
        Piece(
            "培训方案", approved and bool(training_class.aim.strip() or schemes),
            f"计划{plan.get_state_display()}" + (f"，附件{schemes}件" if schemes else ""),
            "填写培训内容，或上传培训方案",
        ),
        Piece(
            "开班议程", bool(training_class.opening.strip() or openings),
            "已填写" if training_class.opening.strip() else f"附件{openings}件",
            "填写开班议程，或上传附件",
        ),
        Piece("课程表", lessons > 0, f"{lessons}节课", "排好课程表"),
        Piece("学员名册", seated > 0, f"{seated}人", "确定名单"),
        Piece(
            "签到名册", sealed, "已封存" if sealed else "未封存", "登记完每个半天，办理结班时封存"
        ),
        _evaluation_piece(training_class),
        Piece(
            "结业证书", certified == completed and sealed, f"结业{completed}人，已发{certified}本",
            "给结业学员发证",
        ),
        Piece("经费决算", costs > 0, f"实支{costs}项", "登记实支金额"),
        Piece(
            "办班小结", bool(training_class.summary.strip() or summaries),
            "已填写" if training_class.summary.strip() else f"附件{summaries}件",
            "填写办班小结，或上传附件",
        ),
    ]  # fmt: skip


def _evaluation_piece(training_class: TrainingClass) -> Piece:
    results = evaluation_of(training_class)
    if results is None:
        return Piece(
            "教学评价", is_there=False, note="未设问卷", remedy="设定评价问卷，组织学员匿名评价"
        )
    enough = not results.is_withheld and results.sheets > 0
    return Piece(
        "教学评价", enough, f"收回{results.sheets}份，至少{max(results.needed, 1)}份",
        "请学员补填评价，或录入纸质评价",
    )  # fmt: skip


def missing_pieces(training_class: TrainingClass) -> list[Piece]:
    return [piece for piece in closing_pack(training_class) if not piece.is_there]
