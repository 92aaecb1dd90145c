"""Addresses of the inspections."""

from __future__ import annotations

from django.urls import URLPattern, path

from inspections.views import findings, instructors, phone, plans, visits, waves

app_name = "inspections"

urlpatterns: list[URLPattern] = [
    path("plans/", plans.PlanList.as_view(), name="inspectionplan_list"),
    path("plans/new/", plans.PlanCreate.as_view(), name="inspectionplan_create"),
    path("plans/<int:pk>/", plans.PlanDetail.as_view(), name="inspectionplan_detail"),
    path("plans/<int:pk>/edit/", plans.PlanEdit.as_view(), name="inspectionplan_edit"),
    path("plans/<int:pk>/approve/", plans.PlanApprove.as_view(), name="inspectionplan_approve"),
    path("plans/<int:pk>/steps/<slug:step>/", plans.PlanStep.as_view(), name="inspectionplan_step"),
    path("plans/<int:plan>/lines/", plans.LineAdd.as_view(), name="line_add"),
    path("plans/<int:plan>/lines/<int:pk>/", plans.LineEdit.as_view(), name="line_edit"),
    path("plans/<int:plan>/lines/<int:pk>/drop/", plans.LineDrop.as_view(), name="line_drop"),
    path("exceptions/", plans.ExceptionList.as_view(), name="inspectionexception_list"),
    path("exceptions/new/", plans.ExceptionAsk.as_view(), name="exception_ask"),
    path(
        "exceptions/<int:pk>/", plans.ExceptionDetail.as_view(), name="inspectionexception_detail"
    ),
    path("exceptions/<int:pk>/decide/", plans.ExceptionDecide.as_view(), name="exception_decide"),
    path("waves/", waves.WaveList.as_view(), name="wave_list"),
    path("waves/new/", waves.WaveCreate.as_view(), name="wave_create"),
    path("waves/<int:pk>/", waves.WaveDetail.as_view(), name="wave_detail"),
    path("waves/<int:pk>/steps/<slug:step>/", waves.WaveStep.as_view(), name="wave_step"),
    path("waves/<int:pk>/units/<int:unit>/", waves.WaveAdjust.as_view(), name="wave_adjust"),
    path("visits/", visits.VisitList.as_view(), name="visit_list"),
    path("calendar/", visits.Calendar.as_view(), name="calendar"),
    path("visits/new/", visits.VisitCreate.as_view(), name="visit_create"),
    path("visits/<int:pk>/", visits.VisitDetail.as_view(), name="visit_detail"),
    path("visits/<int:pk>/steps/<slug:step>/", visits.VisitStep.as_view(), name="visit_step"),
    path("visits/<int:pk>/confirm/", visits.Confirm.as_view(), name="visit_confirm"),
    path("visits/<int:pk>/sign/", visits.ConfirmThere.as_view(), name="visit_confirm_there"),
    path("visits/<int:pk>/members/", visits.MemberAdd.as_view(), name="member_add"),
    path(
        "visits/<int:pk>/members/<int:member>/drop/",
        visits.MemberDrop.as_view(),
        name="member_drop",
    ),
    path("visits/<int:pk>/recuse/", visits.Recuse.as_view(), name="visit_recuse"),
    path("visits/<int:pk>/move/", visits.Move.as_view(), name="visit_move"),
    path("visits/<int:pk>/merge/", visits.Merge.as_view(), name="visit_merge"),
    path("visits/<int:pk>/notice/", findings.NoticeIssue.as_view(), name="notice_issue"),
    path("visits/<int:pk>/print/", findings.RecordPrint.as_view(), name="visit_print"),
    path("visits/<int:pk>/letter/", findings.LetterPrint.as_view(), name="visit_letter"),
    path("visits/fill/<int:pk>/", phone.VisitFill.as_view(), name="visit_fill"),
    path("visits/fill/<int:pk>/save/", phone.VisitSave.as_view(), name="visit_save"),
    path("notices/<int:pk>/print/", findings.NoticePrint.as_view(), name="notice_print"),
    path("findings/", findings.FindingList.as_view(), name="finding_list"),
    path("findings/<int:pk>/", findings.FindingDetail.as_view(), name="finding_detail"),
    path(
        "findings/<int:pk>/steps/<slug:step>/", findings.FindingStep.as_view(), name="finding_step"
    ),
    path("help/", findings.HelpList.as_view(), name="help_list"),
    path("circulars/", findings.CircularList.as_view(), name="circular_list"),
    path("circulars/new/", findings.CircularCreate.as_view(), name="circular_create"),
    path("circulars/<int:pk>/", findings.CircularDetail.as_view(), name="circular_detail"),
    path("circulars/<int:pk>/edit/", findings.CircularEdit.as_view(), name="circular_edit"),
    path("circulars/<int:pk>/print/", findings.CircularPrint.as_view(), name="circular_print"),
    path(
        "circulars/<int:pk>/steps/<slug:step>/",
        findings.CircularStep.as_view(),
        name="circular_step",
    ),
    path("instructors/", instructors.InstructorList.as_view(), name="instructor_list"),
    path("instructors/coverage/", instructors.CoverageList.as_view(), name="coverage"),
    path("instructors/new/", instructors.InstructorCreate.as_view(), name="instructor_create"),
    path("instructors/<int:pk>/", instructors.InstructorDetail.as_view(), name="instructor_detail"),
    path(
        "instructors/<int:pk>/edit/", instructors.InstructorEdit.as_view(), name="instructor_edit"
    ),
    path("instructors/<int:pk>/send/", instructors.Send.as_view(), name="instructor_send"),
    path("assignments/<int:pk>/end/", instructors.End.as_view(), name="assignment_end"),
    path("assignments/<int:pk>/walk/", instructors.NoteWalk.as_view(), name="walk_note"),
]
