"""Addresses of the calendars."""

from __future__ import annotations

from django.urls import path

from gongjian.commons.calendars import views

app_name = "calendars"

urlpatterns = [
    path("", views.MyCalendar.as_view(), name="mine"),
    path("address/", views.OpenLink.as_view(), name="open_link"),
    path("address/stop/", views.StopLink.as_view(), name="stop_link"),
    path("entries/<str:source>/<int:pk>.ics", views.EntryFile.as_view(), name="entry"),
    path("feed/<str:key>.ics", views.feed, name="feed"),
]
