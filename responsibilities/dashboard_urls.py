"""Addresses of the dashboards."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import dashboard, review_times

dashboard_urlpatterns: list[URLPattern] = [
    path("review-times/", review_times.ReviewTimes.as_view(), name="review_times"),
    path("dashboard/", dashboard.NodeDashboard.as_view(), name="node_dashboard"),
    path(
        "dashboard/export/", dashboard.NodeDashboardExport.as_view(), name="node_dashboard_export"
    ),
]
