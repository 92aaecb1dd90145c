"""Addresses of the box."""

from __future__ import annotations

from django.urls import path

from gongjian.commons.feedback import views

app_name = "feedback"

urlpatterns = [
    path("", views.SuggestionList.as_view(), name="suggestion_list"),
    path("mine/", views.MineList.as_view(), name="mine"),
    path("new/", views.SuggestionWrite.as_view(), name="suggestion_write"),
    path("statistics/", views.Statistics.as_view(), name="statistics"),
    path("<int:pk>/", views.SuggestionDetail.as_view(), name="suggestion_detail"),
    path("<int:pk>/answer/", views.SuggestionAnswer.as_view(), name="suggestion_answer"),
    path("<int:pk>/steps/<slug:step>/", views.SuggestionStep.as_view(), name="suggestion_step"),
]
