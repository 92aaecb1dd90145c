"""What the parts of the addresses name, where the page itself does not say.

An address that is in none of these lists and whose page declares nothing fails the matrix.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction

from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.wording import BY_KEY
from tests.matrix.world import PLACES, Side

#: Address → table of the row that ``pk`` names; pages with a ``queryset`` need no line.
MODELS: dict[str, str] = {
    "orgs:handover_detail": "orgs.Handover",
    "orgs:handover_sign": "orgs.Handover",
    "orgs:handover_stand_in": "orgs.Handover",
    "orgs:handover_items": "orgs.Handover",
    "orgs:handover_receive": "orgs.Handover",
    "notices:open": "notices.Notice",
    "documents:document_edit": "documents.OfficialDocument",
    "documents:document_submit": "documents.OfficialDocument",
    "documents:document_replace": "documents.OfficialDocument",
    "documents:turn_answer": "documents.SignOffTurn",
    "documents:turn_delegate": "documents.SignOffTurn",
    "documents:organmark_edit": "documents.OrganMark",
    "documents:font_retire": "documents.TenantFont",
    "documents:report_download": "documents.ReportJob",
    "documents:report_cancel": "documents.ReportJob",
    "documents:report_retry": "documents.ReportJob",
    "evidence:file": "evidence.EvidenceUse",
    "evidence:small": "evidence.EvidenceUse",
    "evidence:remove": "evidence.EvidenceUse",
    "evidence:restore": "evidence.EvidenceUse",
    "follow_ups:followup_print": "follow_ups.FollowUp",
    "follow_ups:followup_note": "follow_ups.FollowUp",
    "bulletins:picture": "bulletins.DispatchPicture",
    "bulletins:fact": "bulletins.Dispatch",
    "bulletins:commission_detail": "bulletins.Commission",
    "seminars:paper_create": "seminars.Call",
    "seminars:award_object": "seminars.Award",
    "commendations:nomination_list": "commendations.Programme",
    "commendations:forms_print": "commendations.Programme",
    "commendations:nomination_create": "commendations.AwardCategory",
    "commendations:object": "commendations.Nomination",
    "responsibilities:annualplan_edit": "responsibilities.AnnualPlan",
    "responsibilities:annualplan_values": "responsibilities.AnnualPlan",
    "responsibilities:allocation_board": "responsibilities.Target",
    "responsibilities:indicator_edit": "responsibilities.Indicator",
    "responsibilities:plan_lines": "responsibilities.AnnualPlan",
    "responsibilities:return_fill": "responsibilities.Obligation",
    "responsibilities:return_save": "responsibilities.Obligation",
    "responsibilities:return_nil": "responsibilities.Obligation",
    "responsibilities:return_workbook": "responsibilities.Obligation",
    "responsibilities:return_workbook_upload": "responsibilities.Obligation",
    "responsibilities:return_upload": "responsibilities.ReturnUpload",
    "responsibilities:behalf_upload": "responsibilities.ReturnUpload",
    "responsibilities:consolidation_submit": "responsibilities.Consolidation",
    "responsibilities:duty_detail": "responsibilities.Obligation",
    "responsibilities:workplan_detail": "responsibilities.WorkPlan",
    "responsibilities:workplan_edit": "responsibilities.WorkPlan",
    "responsibilities:workplan_measures": "responsibilities.WorkPlan",
    "responsibilities:workplan_weights": "responsibilities.WorkPlan",
    "responsibilities:workplan_revise": "responsibilities.WorkPlan",
    "responsibilities:measure_done": "responsibilities.WorkPlanMeasure",
    "identity:factor_reset": "orgs.Appointment",
    "ledger:entry_detail": "ledger.Entry",
    "ledger:entry_edit": "ledger.Entry",
    "ledger:entry_quick": "ledger.Entry",
    "ledger:entry_tie": "ledger.Entry",
    "ledger:entry_visit": "ledger.Entry",
    "ledger:entry_file": "ledger.Entry",
    "inspections:line_edit": "inspections.PlanLine",
    "inspections:line_drop": "inspections.PlanLine",
    "inspections:visit_fill": "inspections.Visit",
    "inspections:visit_save": "inspections.Visit",
    "inspections:assignment_end": "inspections.InstructorAssignment",
    "inspections:walk_note": "inspections.InstructorAssignment",
    "inspections:wave_adjust": "inspections.Wave",
    "calendars:entry": "meetings.Meeting",
}


def _upload_key(side: Side, place: str) -> Any:
    upload = apps.get_model("evidence", "EvidenceUpload")
    with transaction.atomic(), tenant_scope(side.tenant.pk):
        return upload.objects.values_list("key", flat=True).get(pk=side.row(upload, place))


def _version_number(side: Side, place: str) -> int:
    return PLACES.index(place) + 1


#: Part of an address → label of its table, list of words, or function. A line for one
#: address (``"name part"``) goes before the line for the part.
VALUES: dict[str, Any] = {
    "plan": "responsibilities.AnnualPlan",
    "inspections:line_add plan": "inspections.InspectionPlan",
    "inspections:line_edit plan": "inspections.InspectionPlan",
    "inspections:line_drop plan": "inspections.InspectionPlan",
    "version": "questionnaires.QuestionnaireVersion",
    "inspections:wave_adjust unit": "inspections.WaveUnit",
    "unit": "orgs.Unit",
    "member": "inspections.VisitMember",
    "number": _version_number,
    "way": ["up", "down"],
    "line": ["party", "union"],
    "role": ["secretary"],
    "permission": ["orgs.view_unit"],
    "act": ["issue", "urge", "clear"],
    "sheet": ["order", "urging"],
    "documents:route_edit kind": ["documents.notice"],
    "responsibilities:passages_export kind": ["docx", "xlsx"],
    "responsibilities:node_briefing kind": ["docx", "pdf"],
    "kind": ["dispatch"],
    "outcome": ["discuss", "carry"],
    "paper": ["timetable", "sheets", "certificates", "archive"],
    "evidence:receive key": _upload_key,
    "responsibilities:check_edit key": ["total"],
    "responsibilities:check_remove key": ["total"],
    "key": sorted(BY_KEY)[:1],
    "code": ["Z201"],
    "source": ["meetings.sittings"],
}

#: Open to a visitor without an account, or guarded otherwise than by a permission; each has
#: tests of its own beside its app.
OPEN = {
    "documents:verify",
    "documents:verify_form",
    "honours:verify",
    # Invitations and sign-in through a directory begin before there is an account.
    "identity:join",
    "identity:enterprise_begin",
    "identity:enterprise_end",
    # The address is the secret of one appointment's calendar.
    "calendars:feed",
    # Guarded by the support access itself, and by the scopes of a token.
    "identity:support_enter",
    "identity:support_leave",
    "api:whoami",
    "v1:schema",
    "v1:docs",
    "v1:units",
    "v1:unit",
    "v1:periods",
    "v1:period",
    "v1:targets",
    "v1:target",
    "v1:follow_ups",
    "v1:follow_up",
    "v1:receive",
    "v1:report",
    "v1:clear",
    "v1:send_back",
    "v1:documents",
    "v1:document",
    "v1:document_file",
    "v1:returns",
    "v1:return",
    "v1:return_submit",
    "v1:reviews",
    "v1:review",
    "v1:review_accept",
    "v1:review_send_back",
    "honours:verify_form",
    "publicity:public",
    "training:verify",
    "training:verify_form",
}

#: Packages that guard their own addresses. None of their pages knows a tenant: what they may
#: show without an account is asked of each of them in test_other_addresses.
GUARDED_BY = ("allauth.", "django.contrib.admin.", "django.contrib.auth.")

#: Addresses whose row may be read beyond the reach of the post, and the rule that says so.
SHARED: dict[str, str] = {}
