"""Addresses of the commendations."""

from __future__ import annotations

from django.urls import URLPattern, path

from commendations.views import nominations, programmes

app_name = "commendations"

urlpatterns: list[URLPattern] = [
    path("", programmes.ProgrammeList.as_view(), name="programme_list"),
    path("new/", programmes.ProgrammeCreate.as_view(), name="programme_create"),
    path("<int:pk>/", programmes.ProgrammeDetail.as_view(), name="programme_detail"),
    path("<int:pk>/edit/", programmes.ProgrammeEdit.as_view(), name="programme_edit"),
    path("<int:pk>/categories/", programmes.CategoryAdd.as_view(), name="category_add"),
    path("<int:pk>/announce/", programmes.ProgrammeAnnounce.as_view(), name="announce"),
    path("<int:pk>/nominations/", programmes.NominationList.as_view(), name="nomination_list"),
    path("<int:pk>/forms/", programmes.FormsPrint.as_view(), name="forms_print"),
    path("<int:pk>/decision/", programmes.DecisionDraft.as_view(), name="decision_draft"),
    path("<int:pk>/certificates/", programmes.Certificates.as_view(), name="certificates"),
    path("<int:pk>/steps/<slug:step>/", programmes.ProgrammeStep.as_view(), name="programme_step"),
    path("categories/<int:pk>/", programmes.CategoryEdit.as_view(), name="category_edit"),
    path("categories/<int:pk>/quota/", programmes.Allot.as_view(), name="allot"),
    path(
        "categories/<int:pk>/nominate/",
        nominations.NominationCreate.as_view(),
        name="nomination_create",
    ),
    path("nominations/<int:pk>/", nominations.NominationDetail.as_view(), name="nomination_detail"),
    path(
        "nominations/<int:pk>/edit/", nominations.NominationEdit.as_view(), name="nomination_edit"
    ),
    path("nominations/<int:pk>/opinion/", nominations.NominationOpinion.as_view(), name="opinion"),
    path(
        "nominations/<int:pk>/recommend/",
        nominations.NominationRecommend.as_view(),
        name="recommend",
    ),
    path(
        "nominations/<int:pk>/department/",
        nominations.NominationDepartment.as_view(),
        name="department",
    ),
    path("nominations/<int:pk>/check/", nominations.NominationCheck.as_view(), name="check"),
    path(
        "nominations/<int:pk>/print/",
        nominations.NominationPrint.as_view(),
        name="nomination_print",
    ),
    path("nominations/<int:pk>/object/", nominations.NominationObject.as_view(), name="object"),
    path(
        "nominations/<int:pk>/steps/<slug:step>/",
        nominations.NominationStep.as_view(),
        name="nomination_step",
    ),
    path(
        "objections/<int:pk>/answer/",
        nominations.ObjectionAnswer.as_view(),
        name="objection_answer",
    ),
]
