"""Addresses of the joint meetings."""

from __future__ import annotations

from django.urls import URLPattern, path

from meetings.views import items, plans, sittings

app_name = "meetings"

urlpatterns: list[URLPattern] = [
    path("", plans.MeetingList.as_view(), name="meeting_list"),
    path("search/", plans.RecordSearch.as_view(), name="record_search"),
    path("series/", plans.SeriesList.as_view(), name="series_list"),
    path("series/new/", plans.SeriesCreate.as_view(), name="series_create"),
    path("series/<int:pk>/", plans.SeriesDetail.as_view(), name="series_detail"),
    path("series/<int:pk>/edit/", plans.SeriesEdit.as_view(), name="series_edit"),
    path("series/<int:pk>/sittings/new/", plans.SittingAdd.as_view(), name="sitting_add"),
    path("members/<int:pk>/edit/", plans.MemberEdit.as_view(), name="member_edit"),
    path("members/<int:pk>/remove/", plans.MemberRemove.as_view(), name="member_remove"),
    path("members/<int:pk>/move/<slug:way>/", plans.MemberMove.as_view(), name="member_move"),
    path("phrases/", plans.Phrases.as_view(), name="phrases"),
    path("series/<int:pk>/members/new/", plans.MemberAdd.as_view(), name="member_add"),
    path("series/<int:pk>/plan/", plans.YearPlan.as_view(), name="year_plan"),
    path("<int:pk>/", sittings.MeetingDetail.as_view(), name="meeting_detail"),
    path("<int:pk>/edit/", sittings.MeetingEdit.as_view(), name="meeting_edit"),
    path("<int:pk>/call/", sittings.Call.as_view(), name="call"),
    path("<int:pk>/steps/<slug:step>/", sittings.MeetingStep.as_view(), name="meeting_step"),
    path("<int:pk>/propose/", sittings.Propose.as_view(), name="propose"),
    path("<int:pk>/invite/", sittings.InviteAlso.as_view(), name="invite"),
    path("<int:pk>/prefill/", sittings.Prefill.as_view(), name="prefill"),
    path("<int:pk>/accept-rest/", sittings.VetTheRest.as_view(), name="vet_rest"),
    path("<int:pk>/record/", sittings.Record.as_view(), name="record"),
    path("<int:pk>/minutes/", sittings.DraftMinutes.as_view(), name="draft_minutes"),
    path("<int:pk>/pack/", sittings.PrintPack.as_view(), name="pack"),
    path("items/<int:pk>/", items.ItemDetail.as_view(), name="item_detail"),
    path("items/<int:pk>/edit/", items.ItemEdit.as_view(), name="item_edit"),
    path("items/<int:pk>/withdraw/", items.ItemWithdraw.as_view(), name="item_withdraw"),
    path("items/<int:pk>/refer/", items.ItemRefer.as_view(), name="item_refer"),
    path("items/<int:pk>/vet/", sittings.Vet.as_view(), name="vet"),
    path("items/<int:pk>/move/<slug:way>/", sittings.MoveItem.as_view(), name="move"),
    path("items/<int:pk>/record/", sittings.KeepRecord.as_view(), name="keep_record"),
    path("items/<int:pk>/settle/<slug:outcome>/", sittings.Settle.as_view(), name="settle"),
    path("items/<int:pk>/resolve/", sittings.Resolve.as_view(), name="resolve"),
    path("invitations/<int:pk>/", sittings.Answer.as_view(), name="answer"),
    path("copies/<int:pk>/receive/", sittings.Receive.as_view(), name="receive"),
]
