"""Addresses of the training."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from training.views import classes, people, plans

app_name = "training"

urlpatterns: list[URLPattern] = [
    path("", plans.ClassList.as_view(), name="class_list"),
    path("plans/", plans.PlanList.as_view(), name="plan_list"),
    path("plans/new/", plans.PlanCreate.as_view(), name="plan_create"),
    path("plans/<int:pk>/", plans.PlanDetail.as_view(), name="trainingplan_detail"),
    path("plans/<int:pk>/edit/", plans.PlanEdit.as_view(), name="plan_edit"),
    path("plans/<int:pk>/classes/new/", plans.ClassCreate.as_view(), name="class_create"),
    path("plans/<int:pk>/steps/<slug:step>/", plans.PlanStep.as_view(), name="trainingplan_step"),
    path("teachers/", plans.TeacherList.as_view(), name="teacher_list"),
    path("teachers/new/", plans.TeacherCreate.as_view(), name="teacher_create"),
    path("teachers/<int:pk>/", plans.TeacherDetail.as_view(), name="teacher_detail"),
    path("teachers/<int:pk>/edit/", plans.TeacherEdit.as_view(), name="teacher_edit"),
    path("rooms/", plans.RoomList.as_view(), name="room_list"),
    path("rooms/new/", plans.RoomCreate.as_view(), name="room_create"),
    path("people/", plans.TraineeList.as_view(), name="trainee_list"),
    path("people/untrained/", plans.UntrainedList.as_view(), name="untrained"),
    path("people/elsewhere/", plans.OtherNote.as_view(), name="other_note"),
    path("people/<int:pk>/", plans.TraineeDetail.as_view(), name="trainee_detail"),
    path("certificates/", plans.CertificateList.as_view(), name="certificate_list"),
    path("certificates/<int:pk>/", people.CertificateDetail.as_view(), name="certificate_detail"),
    path(
        "certificates/<int:pk>/steps/<slug:step>/",
        people.CertificateStep.as_view(),
        name="certificate_step",
    ),
    path("verify/", people.verify_certificate, name="verify_form"),
    path("verify/<str:code>/", people.verify_certificate, name="verify"),
    path("<int:pk>/", classes.ClassDetail.as_view(), name="trainingclass_detail"),
    path("<int:pk>/edit/", classes.ClassEdit.as_view(), name="class_edit"),
    path("<int:pk>/quotas/", classes.QuotaEdit.as_view(), name="quota_edit"),
    path("<int:pk>/release/", classes.QuotaRelease.as_view(), name="quota_release"),
    path("<int:pk>/steps/<slug:step>/", classes.ClassStep.as_view(), name="trainingclass_step"),
    path("<int:pk>/notice/", classes.NoticeDraft.as_view(), name="notice_draft"),
    path("<int:pk>/roster/", classes.Roster.as_view(), name="roster"),
    path("<int:pk>/lessons/new/", classes.LessonAdd.as_view(), name="lesson_add"),
    path("<int:pk>/costs/", classes.CostWrite.as_view(), name="cost_write"),
    path("<int:pk>/papers/", classes.PapersWrite.as_view(), name="papers_write"),
    path(
        "<int:pk>/questionnaire/",
        classes.QuestionnaireChoose.as_view(),
        name="questionnaire_choose",
    ),
    path("<int:pk>/late/", classes.LateExplain.as_view(), name="late_explain"),
    path("<int:pk>/late/grant/", classes.LateGrant.as_view(), name="late_grant"),
    path("<int:pk>/certify/", classes.CertificatesIssue.as_view(), name="certificates_issue"),
    re_path(
        r"^(?P<pk>\d+)/print/(?P<paper>timetable|sheets|certificates|archive)/$",
        classes.PrintClass.as_view(),
        name="print_class",
    ),
    path("<int:pk>/nominate/", people.Nominate.as_view(), name="nominate"),
    path("<int:pk>/scores/", people.Scores.as_view(), name="scores"),
    path("<int:pk>/evaluate/", people.Evaluate.as_view(), name="evaluate"),
    path("<int:pk>/evaluate/paper/", people.EvaluateOnPaper.as_view(), name="evaluate_on_paper"),
    path("lessons/<int:pk>/edit/", classes.LessonEdit.as_view(), name="lesson_edit"),
    path("lessons/<int:pk>/drop/", classes.LessonDrop.as_view(), name="lesson_drop"),
    path("enrolments/<int:pk>/", people.EnrolmentDetail.as_view(), name="enrolment_detail"),
    path("enrolments/<int:pk>/approve/", people.Approve.as_view(), name="approve"),
    path("enrolments/<int:pk>/move/", people.Move.as_view(), name="move"),
    path("enrolments/<int:pk>/leave/", people.AskLeave.as_view(), name="ask_leave"),
    path(
        "enrolments/<int:pk>/steps/<slug:step>/",
        people.EnrolmentStep.as_view(),
        name="enrolment_step",
    ),
    path("leaves/<int:pk>/steps/<slug:step>/", people.LeaveStep.as_view(), name="leave_step"),
]
