"""Addresses of the organization screens."""

from __future__ import annotations

from django.urls import path

from orgs.guidance_urls import guidance_urlpatterns
from orgs.views import imports, people, session, settings, units

app_name = "orgs"

urlpatterns = [
    path("", units.UnitTree.as_view(), name="unit_tree"),
    path("search/", units.UnitSearch.as_view(), name="unit_search"),
    path("options/", units.UnitOptions.as_view(), name="unit_options"),
    path("units/<int:pk>/", units.UnitDetail.as_view(), name="unit_detail"),
    path("units/<int:pk>/children/", units.UnitChildren.as_view(), name="unit_children"),
    path("units/<int:pk>/add/", units.UnitCreate.as_view(), name="unit_create"),
    path("units/<int:pk>/edit/", units.UnitEdit.as_view(), name="unit_edit"),
    path("units/<int:pk>/move/", units.UnitMove.as_view(), name="unit_move"),
    path("units/<int:pk>/close/", units.UnitClose.as_view(), name="unit_close"),
    path(
        "units/<int:pk>/organizations/<str:line>/add/",
        units.OrganizationCreate.as_view(),
        name="organization_create",
    ),
    path(
        "organizations/<int:pk>/edit/",
        units.OrganizationEdit.as_view(),
        name="organization_edit",
    ),
    path("units/<int:pk>/posts/add/", people.PostCreate.as_view(), name="post_create"),
    path("posts/<int:pk>/appoint/", people.Appoint.as_view(), name="appoint"),
    path("terms/<int:pk>/end/", people.EndAppointment.as_view(), name="appointment_end"),
    path("terms/<int:pk>/password/", people.PasswordReset.as_view(), name="password_reset"),
    path("people/", people.PeopleList.as_view(), name="people_list"),
    path("imports/", imports.UnitImportCreate.as_view(), name="unit_import_create"),
    path("imports/template/", imports.UnitImportTemplate.as_view(), name="unit_import_template"),
    path("imports/<int:pk>/", imports.UnitImportDetail.as_view(), name="unit_import_detail"),
    path("imports/<int:pk>/errors/", imports.UnitImportErrors.as_view(), name="unit_import_errors"),
    path("imports/<int:pk>/<str:step>/", imports.UnitImportStep.as_view(), name="unitimport_step"),
    path("roles/", settings.RoleMatrix.as_view(), name="role_matrix"),
    path(
        "roles/<str:role>/<str:permission>/",
        settings.RoleGrantEdit.as_view(),
        name="role_grant_edit",
    ),
    path("calendar/", settings.PeriodList.as_view(), name="period_list"),
    path("calendar/<int:pk>/", settings.PeriodEdit.as_view(), name="period_edit"),
    path("trail/", settings.TrailList.as_view(), name="trail_list"),
    path("trail/export/", settings.TrailExport.as_view(), name="trail_export"),
    path("switch/", session.SwitchPost.as_view(), name="switch_post"),
    path("no-post/", session.NoPost.as_view(), name="no_post"),
    *guidance_urlpatterns,
]
