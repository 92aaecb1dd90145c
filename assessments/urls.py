"""Addresses of assessment and commendation."""

from __future__ import annotations

from django.urls import path

from assessments.chain_urls import chain_urlpatterns
from assessments.ledger_urls import ledger_urlpatterns
from assessments.views import commendations, runs, schemes, scores

app_name = "assessments"

urlpatterns = [
    *ledger_urlpatterns,
    *chain_urlpatterns,
    path("schemes/", schemes.SchemeList.as_view(), name="scheme_list"),
    path("schemes/new/", schemes.SchemeCreate.as_view(), name="scheme_create"),
    path("schemes/defaults/", schemes.SchemeFromDefaults.as_view(), name="scheme_from_defaults"),
    path("schemes/<int:pk>/", schemes.SchemeDetail.as_view(), name="scheme_detail"),
    path("schemes/<int:pk>/edit/", schemes.SchemeEdit.as_view(), name="scheme_edit"),
    path("schemes/<int:pk>/steps/<slug:step>/", schemes.SchemeStep.as_view(), name="scheme_step"),
    path("schemes/<int:pk>/revise/", schemes.SchemeRevise.as_view(), name="scheme_revise"),
    path("schemes/<int:pk>/shelf/", schemes.ItemsFromShelf.as_view(), name="scheme_shelf"),
    path("schemes/<int:pk>/items/new/", schemes.ItemCreate.as_view(), name="item_create"),
    path("schemes/<int:pk>/weights/", schemes.WeightGrid.as_view(), name="weight_grid"),
    path("schemes/<int:pk>/grades/", schemes.GradeRuleEdit.as_view(), name="grade_rule"),
    path("schemes/<int:pk>/judging/", schemes.JudgingBoard.as_view(), name="judging_board"),
    path("schemes/<int:pk>/run/", runs.RunStart.as_view(), name="run_start"),
    path("items/<int:pk>/edit/", schemes.ItemEdit.as_view(), name="item_edit"),
    path("items/<int:pk>/remove/", schemes.ItemRemove.as_view(), name="item_remove"),
    path("items/<int:pk>/judging/", schemes.JudgingGrid.as_view(), name="judging_grid"),
    path("groups/", schemes.PeerGroupList.as_view(), name="peer_group_list"),
    path("groups/new/", schemes.PeerGroupCreate.as_view(), name="peer_group_create"),
    path("groups/<int:pk>/", schemes.PeerGroupDetail.as_view(), name="peer_group_detail"),
    path("groups/<int:pk>/edit/", schemes.PeerGroupEdit.as_view(), name="peer_group_edit"),
    path("runs/", runs.RunList.as_view(), name="run_list"),
    path("runs/<int:pk>/", runs.RunDetail.as_view(), name="run_detail"),
    path("runs/<int:pk>/steps/<slug:step>/", runs.RunStep.as_view(), name="run_step"),
    path("runs/<int:pk>/propose/", runs.RunPropose.as_view(), name="run_propose"),
    path("runs/<int:pk>/decide/", runs.RunDecide.as_view(), name="run_decide"),
    path("runs/<int:pk>/compare/", runs.RunCompare.as_view(), name="run_compare"),
    path("runs/<int:pk>/reports/", commendations.RunReport.as_view(), name="run_report"),
    path(
        "runs/<int:pk>/commend/",
        commendations.CommendationCreate.as_view(),
        name="commendation_create",
    ),
    path("scores/", scores.OwnScoreList.as_view(), name="own_score_list"),
    path("scores/<int:pk>/", scores.UnitScoreDetail.as_view(), name="unit_score"),
    path("scores/<int:pk>/report/", commendations.UnitReport.as_view(), name="unit_report"),
    path("commendations/", commendations.CommendationIndex.as_view(), name="commendation_list"),
    path(
        "commendations/<int:pk>/",
        commendations.CommendationDetail.as_view(),
        name="commendation_detail",
    ),
    path(
        "commendations/<int:pk>/edit/",
        commendations.CommendationEdit.as_view(),
        name="commendation_edit",
    ),
    path(
        "commendations/<int:pk>/steps/<slug:step>/",
        commendations.CommendationStep.as_view(),
        name="commendation_step",
    ),
    path(
        "commendations/<int:pk>/circular/",
        commendations.CircularCreate.as_view(),
        name="circular_create",
    ),
]
