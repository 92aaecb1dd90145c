"""Addresses of the follow-ups."""

from __future__ import annotations

from django.urls import URLPattern, path

from gongjian.commons.follow_ups.views import acts, looking_back, matters, together

app_name = "follow_ups"

urlpatterns: list[URLPattern] = [
    path("", matters.FollowUpList.as_view(), name="followup_list"),
    path("mine/", matters.MyMatters.as_view(), name="my_matters"),
    path("statistics/", matters.Statistics.as_view(), name="statistics"),
    path("ledger/", matters.Ledger.as_view(), name="ledger"),
    path("new/", matters.FollowUpCreate.as_view(), name="followup_create"),
    path("together/<slug:act>/", together.Together.as_view(), name="together"),
    path("look-back/", looking_back.Draw.as_view(), name="look_back_draw"),
    path("<int:pk>/", matters.FollowUpDetail.as_view(), name="followup_detail"),
    path("<int:pk>/edit/", matters.FollowUpEdit.as_view(), name="followup_edit"),
    path("<int:pk>/print/<slug:sheet>/", matters.PrintOrder.as_view(), name="followup_print"),
    path("<int:pk>/steps/<slug:step>/", acts.FollowUpStep.as_view(), name="followup_step"),
    path("<int:pk>/report/", acts.ReportDone.as_view(), name="followup_report"),
    path("<int:pk>/handler/", acts.NameHandler.as_view(), name="followup_handler"),
    path("<int:pk>/note/", acts.AddNote.as_view(), name="followup_note"),
    path("<int:pk>/extension/", acts.AskExtension.as_view(), name="followup_extension"),
    path("<int:pk>/extension/decide/", acts.DecideExtension.as_view(), name="extension_decide"),
    path("<int:pk>/hand-over/", acts.HandOver.as_view(), name="followup_hand_over"),
    path("<int:pk>/suspend/", acts.Suspend.as_view(), name="followup_suspend"),
    path("<int:pk>/reopen/", acts.Reopen.as_view(), name="followup_reopen"),
    path("<int:pk>/escalate/", acts.Escalate.as_view(), name="followup_escalate"),
    path("<int:pk>/raise/", acts.Raise.as_view(), name="followup_raise"),
    path("<int:pk>/delegate/", acts.Delegate.as_view(), name="followup_delegate"),
    path("<int:pk>/delegate/end/", acts.EndDelegation.as_view(), name="delegation_end"),
    path("<int:pk>/look-back/", looking_back.LookBack.as_view(), name="followup_look_back"),
    path(
        "<int:pk>/look-back/day/", looking_back.LookBackDay.as_view(), name="followup_look_back_day"
    ),
    path("<int:pk>/urge/", acts.Urge.as_view(), name="followup_urge"),
]
