"""Addresses of classified guidance and development plans."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import guidance, programs

guidance_urlpatterns: list[URLPattern] = [
    path("guidance/", guidance.WorkPlanList.as_view(), name="workplan_list"),
    path("guidance/new/", guidance.WorkPlanCreate.as_view(), name="workplan_create"),
    path("guidance/<int:pk>/", guidance.WorkPlanDetail.as_view(), name="workplan_detail"),
    path("guidance/<int:pk>/edit/", guidance.WorkPlanEdit.as_view(), name="workplan_edit"),
    path(
        "guidance/<int:pk>/measures/",
        guidance.WorkPlanMeasures.as_view(),
        name="workplan_measures",
    ),
    path("guidance/<int:pk>/weights/", guidance.WorkPlanWeights.as_view(), name="workplan_weights"),
    path("guidance/<int:pk>/revise/", guidance.WorkPlanRevise.as_view(), name="workplan_revise"),
    path(
        "guidance/<int:pk>/steps/<str:step>/",
        guidance.WorkPlanStep.as_view(),
        name="workplan_step",
    ),
    path("program/", programs.MyProgram.as_view(), name="my_program"),
    path("program/<int:pk>/", programs.UnitProgram.as_view(), name="unit_program"),
    path("program/measures/<int:pk>/", programs.MeasureDone.as_view(), name="measure_done"),
    path("development/", programs.DevelopmentList.as_view(), name="developmentplan_list"),
    path("development/new/", programs.DevelopmentCreate.as_view(), name="developmentplan_create"),
    path(
        "development/<int:pk>/",
        programs.DevelopmentDetail.as_view(),
        name="developmentplan_detail",
    ),
    path(
        "development/<int:pk>/edit/",
        programs.DevelopmentEdit.as_view(),
        name="developmentplan_edit",
    ),
    path(
        "development/<int:pk>/measures/",
        programs.DevelopmentMeasures.as_view(),
        name="developmentplan_measures",
    ),
    path(
        "development/<int:pk>/steps/<str:step>/",
        programs.DevelopmentStep.as_view(),
        name="developmentplan_step",
    ),
    path(
        "development/measures/<int:pk>/",
        programs.DevelopmentMeasureDone.as_view(),
        name="development_measure_done",
    ),
]
