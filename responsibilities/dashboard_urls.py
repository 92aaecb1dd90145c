"""Addresses of the dashboards."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from responsibilities.views import briefings, dashboard, review_times

dashboard_urlpatterns: list[URLPattern] = [
    path("review-times/", review_times.ReviewTimes.as_view(), name="review_times"),
    path("briefings/", briefings.BriefingList.as_view(), name="briefing_list"),
    path("briefings/new/", briefings.BriefingCreate.as_view(), name="briefing_create"),
    path("briefings/<int:pk>/", briefings.BriefingEdit.as_view(), name="briefing_edit"),
    path("briefings/<int:pk>/remove/", briefings.BriefingRemove.as_view(), name="briefing_remove"),
    path("dashboard/", dashboard.NodeDashboard.as_view(), name="node_dashboard"),
    path(
        "dashboard/export/", dashboard.NodeDashboardExport.as_view(), name="node_dashboard_export"
    ),
    re_path(
        r"^dashboard/briefing\.(?P<kind>pdf|docx)$",
        dashboard.NodeBriefing.as_view(),
        name="node_briefing",
    ),
]
