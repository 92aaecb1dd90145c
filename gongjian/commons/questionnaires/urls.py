"""Addresses of the questionnaires."""

from __future__ import annotations

from django.urls import URLPattern, path

from gongjian.commons.questionnaires import views

app_name = "questionnaires"

urlpatterns: list[URLPattern] = [
    path("", views.QuestionnaireList.as_view(), name="questionnaire_list"),
    path("new/", views.QuestionnaireCreate.as_view(), name="questionnaire_create"),
    path("<int:pk>/", views.QuestionnaireDetail.as_view(), name="questionnaire_detail"),
    path("<int:pk>/edit/", views.QuestionnaireEdit.as_view(), name="questionnaire_edit"),
    path("<int:pk>/next/", views.DraftNext.as_view(), name="draft_next"),
    path(
        "versions/<int:pk>/steps/<slug:step>/",
        views.VersionStep.as_view(),
        name="questionnaireversion_step",
    ),
    path("versions/<int:pk>/questions/", views.QuestionAdd.as_view(), name="question_add"),
    path(
        "versions/<int:version>/questions/<int:pk>/",
        views.QuestionEdit.as_view(),
        name="question_edit",
    ),
    path(
        "versions/<int:version>/questions/<int:pk>/remove/",
        views.QuestionRemove.as_view(),
        name="question_remove",
    ),
    path(
        "versions/<int:version>/questions/<int:pk>/move/<slug:way>/",
        views.QuestionMove.as_view(),
        name="question_move",
    ),
]
