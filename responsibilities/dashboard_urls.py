"""Addresses of the dashboards."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import dashboard

dashboard_urlpatterns: list[URLPattern] = [
    path("dashboard/", dashboard.NodeDashboard.as_view(), name="node_dashboard"),
    path(
        "dashboard/export/", dashboard.NodeDashboardExport.as_view(), name="node_dashboard_export"
    ),
]
