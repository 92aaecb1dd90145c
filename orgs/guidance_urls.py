"""Addresses of classified guidance and of handovers."""

from __future__ import annotations

from django.urls import URLPattern, path

from orgs.views import guidance, handover

guidance_urlpatterns: list[URLPattern] = [
    path("categories/", guidance.CategoryList.as_view(), name="guidancecategory_list"),
    path("categories/new/", guidance.CategoryCreate.as_view(), name="guidancecategory_create"),
    path("categories/rule/", guidance.PlacementByRule.as_view(), name="placement_by_rule"),
    path("categories/units/", guidance.PlacementList.as_view(), name="placement_list"),
    path("categories/units/assign/", guidance.PlacementAssign.as_view(), name="placement_assign"),
    path("categories/units/paste/", guidance.PlacementPaste.as_view(), name="placement_paste"),
    path("categories/<int:pk>/", guidance.CategoryDetail.as_view(), name="guidancecategory_detail"),
    path(
        "categories/<int:pk>/edit/", guidance.CategoryEdit.as_view(), name="guidancecategory_edit"
    ),
    path("handovers/", handover.HandoverList.as_view(), name="handover_list"),
    path("handovers/<int:pk>/", handover.HandoverDetail.as_view(), name="handover_detail"),
    path("handovers/<int:pk>/sign/", handover.HandOver.as_view(), name="handover_sign"),
    path("handovers/<int:pk>/stand-in/", handover.StandIn.as_view(), name="handover_stand_in"),
    path("handovers/<int:pk>/items/", handover.TickItems.as_view(), name="handover_items"),
    path("handovers/<int:pk>/receive/", handover.Receive.as_view(), name="handover_receive"),
]
