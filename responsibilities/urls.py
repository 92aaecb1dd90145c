"""Addresses of the yearly program."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.board_urls import board_urlpatterns
from responsibilities.dashboard_urls import dashboard_urlpatterns
from responsibilities.designer_urls import designer_urlpatterns
from responsibilities.extension_urls import extension_urlpatterns
from responsibilities.guidance_urls import guidance_urlpatterns
from responsibilities.return_urls import urlpatterns as returns_urlpatterns
from responsibilities.review_urls import review_urlpatterns
from responsibilities.views import allocation, planning, targets
from responsibilities.wording_urls import urlpatterns as wording_urlpatterns
from responsibilities.workbook_urls import urlpatterns as workbook_urlpatterns

app_name = "responsibilities"

urlpatterns: list[URLPattern] = [
    path("plans/", planning.AnnualPlanList.as_view(), name="annualplan_list"),
    path("plans/new/", planning.AnnualPlanCreate.as_view(), name="annualplan_create"),
    path("plans/<int:pk>/", planning.AnnualPlanDetail.as_view(), name="annualplan_detail"),
    path("plans/<int:pk>/edit/", planning.AnnualPlanEdit.as_view(), name="annualplan_edit"),
    path("plans/<int:pk>/values/", planning.AnnualPlanValues.as_view(), name="annualplan_values"),
    path(
        "plans/<int:pk>/steps/<str:step>/",
        planning.AnnualPlanStep.as_view(),
        name="annualplan_step",
    ),
    path("indicators/", planning.IndicatorList.as_view(), name="indicator_list"),
    path("indicators/load/", planning.IndicatorLoad.as_view(), name="indicator_load"),
    path("indicators/<int:pk>/", planning.IndicatorDetail.as_view(), name="indicator_detail"),
    path("targets/", targets.TargetList.as_view(), name="target_list"),
    path("targets/<int:pk>/", targets.TargetDetail.as_view(), name="target_detail"),
    path("targets/<int:pk>/propose/", targets.TargetPropose.as_view(), name="target_propose"),
    path("targets/<int:pk>/decide/", targets.TargetDecide.as_view(), name="target_decide"),
    path("targets/<int:pk>/amend/", targets.TargetAmend.as_view(), name="target_amend"),
    path(
        "targets/<int:pk>/responsible/",
        targets.TargetResponsible.as_view(),
        name="target_responsible",
    ),
    path("targets/<int:pk>/steps/<str:step>/", targets.TargetStep.as_view(), name="target_step"),
    path("tasks/", targets.MyTargets.as_view(), name="my_targets"),
    path(
        "tasks/acknowledge/", targets.MyTargetsAcknowledge.as_view(), name="my_targets_acknowledge"
    ),
    path("allocation/", allocation.AllocationOverview.as_view(), name="allocation_overview"),
    path(
        "allocation/<int:plan>/<int:unit>/",
        allocation.AllocationGrid.as_view(),
        name="allocation_grid",
    ),
    path(
        "allocation/<int:plan>/<int:unit>/issue/",
        allocation.AllocationIssue.as_view(),
        name="allocation_issue",
    ),
    path(
        "allocation/<int:plan>/<int:unit>/issue/all/",
        allocation.AllocationIssueSubtree.as_view(),
        name="allocation_issue_subtree",
    ),
    path(
        "allocation/targets/<int:pk>/",
        allocation.AllocationBoard.as_view(),
        name="allocation_board",
    ),
    *board_urlpatterns,
    *returns_urlpatterns,
    *review_urlpatterns,
    *extension_urlpatterns,
    *dashboard_urlpatterns,
    *guidance_urlpatterns,
    *designer_urlpatterns,
    *workbook_urlpatterns,
    *wording_urlpatterns,
]
