"""Addresses of the evidence."""

from __future__ import annotations

from django.urls import URLPattern, path

from gongjian.commons.evidence import views

app_name = "evidence"

urlpatterns: list[URLPattern] = [
    path("panel/", views.Panel.as_view(), name="panel"),
    path("search/", views.Search.as_view(), name="search"),
    path("new/", views.Add.as_view(), name="add"),
    path("cite/", views.Cite.as_view(), name="cite"),
    path("uploads/", views.Begin.as_view(), name="begin"),
    path("uploads/<uuid:key>/", views.Receive.as_view(), name="receive"),
    path("<int:pk>/file/", views.File.as_view(), name="file"),
    path("<int:pk>/small/", views.Small.as_view(), name="small"),
    path("<int:pk>/remove/", views.Remove.as_view(), name="remove"),
    path("<int:pk>/restore/", views.Restore.as_view(), name="restore"),
]
