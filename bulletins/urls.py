"""Addresses of the bulletins."""

from __future__ import annotations

from django.urls import URLPattern, path

from bulletins.views import cases, commissions, corrections, dispatches, issues, mails

app_name = "bulletins"

urlpatterns: list[URLPattern] = [
    path("dispatches/", dispatches.DispatchList.as_view(), name="dispatch_list"),
    path("dispatches/new/", dispatches.DispatchCreate.as_view(), name="dispatch_create"),
    path("dispatches/<int:pk>/", dispatches.DispatchDetail.as_view(), name="dispatch_detail"),
    path("dispatches/<int:pk>/write/", dispatches.DispatchWrite.as_view(), name="dispatch_write"),
    path(
        "dispatches/<int:pk>/discard/",
        dispatches.DispatchDiscard.as_view(),
        name="dispatch_discard",
    ),
    path("dispatches/<int:pk>/edit/", dispatches.DispatchEdit.as_view(), name="dispatch_edit"),
    path(
        "dispatches/<int:pk>/decide/", dispatches.DispatchDecide.as_view(), name="dispatch_decide"
    ),
    path(
        "dispatches/<int:pk>/higher/", dispatches.DispatchHigher.as_view(), name="dispatch_higher"
    ),
    path(
        "dispatches/<int:pk>/instruction/",
        dispatches.DispatchInstruction.as_view(),
        name="dispatch_instruction",
    ),
    path("dispatches/<int:pk>/compare/<int:number>/", dispatches.Compare.as_view(), name="compare"),
    path(
        "dispatches/<int:pk>/steps/<slug:step>/",
        dispatches.DispatchStep.as_view(),
        name="dispatch_step",
    ),
    path("higher/<int:pk>/check/", dispatches.HigherCheck.as_view(), name="higher_check"),
    path("higher/<int:pk>/drop/", dispatches.HigherDrop.as_view(), name="higher_drop"),
    path("pictures/<int:pk>/", dispatches.Picture.as_view(), name="picture"),
    path("facts/<slug:kind>/<int:pk>/", dispatches.Fact.as_view(), name="fact"),
    path("desk/", dispatches.Desk.as_view(), name="desk"),
    path("register/", issues.Register.as_view(), name="register"),
    path("commissions/", commissions.CommissionList.as_view(), name="commission_list"),
    path(
        "commissions/calendar/",
        commissions.CommissionCalendar.as_view(),
        name="commission_calendar",
    ),
    path("commissions/new/", commissions.CommissionCreate.as_view(), name="commission_create"),
    path("commissions/<int:pk>/", commissions.CommissionDetail.as_view(), name="commission_detail"),
    path("tasks/<int:pk>/accept/", commissions.TaskAccept.as_view(), name="task_accept"),
    path("tasks/<int:pk>/close/", commissions.TaskClose.as_view(), name="task_close"),
    path("issues/", issues.IssueList.as_view(), name="issue_list"),
    path("issues/new/", issues.IssueCreate.as_view(), name="issue_create"),
    path("issues/<int:pk>/", issues.IssueDetail.as_view(), name="issue_detail"),
    path("issues/<int:pk>/make/", issues.IssueMake.as_view(), name="issue_make"),
    path("issues/<int:pk>/receive/", issues.IssueReceive.as_view(), name="issue_receive"),
    path("issues/<int:pk>/send-out/", issues.IssueSendOut.as_view(), name="issue_send_out"),
    path("issues/<int:pk>/correct/", corrections.IssueCorrect.as_view(), name="issue_correct"),
    path(
        "corrections/<int:pk>/print/",
        corrections.CorrectionPrint.as_view(),
        name="correction_print",
    ),
    path("issues/<int:pk>/word/", issues.IssueWord.as_view(), name="issue_word"),
    path("issues/<int:pk>/mail/", mails.IssueMailCreate.as_view(), name="issue_mail"),
    path("mails/<int:pk>/", mails.IssueMailDetail.as_view(), name="issuemail_detail"),
    path("mails/<int:pk>/edit/", mails.IssueMailEdit.as_view(), name="issuemail_edit"),
    path("mails/<int:pk>/again/", mails.IssueMailAgain.as_view(), name="issuemail_again"),
    path("mails/<int:pk>/steps/<slug:step>/", mails.IssueMailStep.as_view(), name="issuemail_step"),
    path("series/<int:pk>/readers/", mails.SeriesReaders.as_view(), name="series_readers"),
    path("issues/<int:pk>/print/", issues.IssuePrint.as_view(), name="issue_print"),
    path("issues/<int:pk>/steps/<slug:step>/", issues.IssueStep.as_view(), name="issue_step"),
    path("items/<int:pk>/edit/", issues.ItemEdit.as_view(), name="item_edit"),
    path("items/<int:pk>/move/<slug:way>/", issues.ItemMove.as_view(), name="item_move"),
    path("items/<int:pk>/remove/", issues.ItemRemove.as_view(), name="item_remove"),
    path("series/new/", issues.SeriesCreate.as_view(), name="series_create"),
    path("series/<int:pk>/", issues.SeriesEdit.as_view(), name="series_edit"),
    path("cases/", cases.CaseList.as_view(), name="case_list"),
    path("cases/new/", cases.CaseCreate.as_view(), name="case_create"),
    path("cases/<int:pk>/", cases.CaseDetail.as_view(), name="case_detail"),
    path("cases/<int:pk>/edit/", cases.CaseEdit.as_view(), name="case_edit"),
    path("cases/<int:pk>/answer/", cases.CaseAnswer.as_view(), name="case_answer"),
    path("cases/<int:pk>/propose/", cases.CasePropose.as_view(), name="case_propose"),
    path("cases/<int:pk>/steps/<slug:step>/", cases.CaseStep.as_view(), name="modelcase_step"),
]
