"""Addresses of the publicity register."""

from __future__ import annotations

from django.urls import URLPattern, path

from publicity.views import outcome, placements, planning

app_name = "publicity"

urlpatterns: list[URLPattern] = [
    path("", placements.PlacementList.as_view(), name="placement_list"),
    path("new/", placements.PlacementCreate.as_view(), name="placement_create"),
    path("paste/", placements.PlacementPaste.as_view(), name="placement_paste"),
    path("export/", placements.PlacementExport.as_view(), name="placement_export"),
    path("<int:pk>/", placements.PlacementDetail.as_view(), name="placement_detail"),
    path("<int:pk>/edit/", placements.PlacementEdit.as_view(), name="placement_edit"),
    path("<int:pk>/family/", placements.PlacementFamily.as_view(), name="placement_family"),
    path("<int:pk>/release/", placements.PlacementRelease.as_view(), name="placement_release"),
    path("<int:pk>/hide/", placements.PlacementHide.as_view(), name="placement_hide"),
    path("<int:pk>/steps/<slug:step>/", placements.PlacementStep.as_view(), name="placement_step"),
    path("outlets/", planning.OutletList.as_view(), name="outlet_list"),
    path("outlets/new/", planning.OutletCreate.as_view(), name="outlet_create"),
    path("outlets/<int:pk>/", planning.OutletEdit.as_view(), name="outlet_edit"),
    path("campaigns/", planning.CampaignList.as_view(), name="campaign_list"),
    path("campaigns/new/", planning.CampaignCreate.as_view(), name="campaign_create"),
    path("campaigns/<int:pk>/", planning.CampaignDetail.as_view(), name="campaign_detail"),
    path("campaigns/<int:pk>/edit/", planning.CampaignEdit.as_view(), name="campaign_edit"),
    path("campaigns/<int:pk>/plan/", planning.CoveragePlan.as_view(), name="coverage_plan"),
    path(
        "campaigns/<int:pk>/steps/<slug:step>/",
        planning.CampaignStep.as_view(),
        name="campaign_step",
    ),
    path(
        "coverages/<int:pk>/steps/<slug:step>/",
        planning.CoverageStep.as_view(),
        name="plannedcoverage_step",
    ),
    path("statistics/", outcome.Statistics.as_view(), name="statistics"),
    path("statistics/export/", outcome.StatisticsExport.as_view(), name="statistics_export"),
    path("reviews/", outcome.PressReviewList.as_view(), name="pressreview_list"),
    path("reviews/new/", outcome.PressReviewCreate.as_view(), name="pressreview_create"),
    path("reviews/<int:pk>/", outcome.PressReviewDetail.as_view(), name="pressreview_detail"),
    path("reviews/<int:pk>/print/", outcome.PressReviewPrint.as_view(), name="pressreview_print"),
    path("public-page/", outcome.PublicPageEdit.as_view(), name="public_page"),
    path("news/<str:address>/", outcome.public, name="public"),
]
