"""Addresses of letters of responsibility, the upkeep of indicators, and the tree of targets."""

from __future__ import annotations

from django.urls import path

from responsibilities.views import letters, tree, upkeep

board_urlpatterns = [
    path("letters/<int:plan>/<int:pk>/", letters.UnitLetter.as_view(), name="unit_letter"),
    path(
        "letters/<int:plan>/<int:pk>/below/", letters.LettersBelow.as_view(), name="letters_below"
    ),
    path("amendments/<int:pk>/slip/", letters.AmendmentSlip.as_view(), name="amendment_slip"),
    path("targets/<int:pk>/tree/", tree.TargetTree.as_view(), name="target_tree"),
    path("targets/<int:pk>/tree/level/", tree.TargetTreeLevel.as_view(), name="target_tree_level"),
    path("indicators/new/", upkeep.IndicatorCreate.as_view(), name="indicator_create"),
    path("indicators/<int:pk>/edit/", upkeep.IndicatorEdit.as_view(), name="indicator_edit"),
    path("plans/<int:pk>/weights/", upkeep.PlanLines.as_view(), name="plan_lines"),
]
