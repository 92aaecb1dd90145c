"""Addresses of sign-in and identity."""

from __future__ import annotations

from django.urls import path

from gongjian.commons.identity import enterprise_views, views

app_name = "identity"

urlpatterns = [
    path("rules/", views.Rules.as_view(), name="rules"),
    path("invitations/", views.InvitationList.as_view(), name="invitation_list"),
    path(
        "invitations/<int:pk>/revoke/", views.InvitationRevoke.as_view(), name="invitation_revoke"
    ),
    path("posts/<int:pk>/invite/", views.InvitationCreate.as_view(), name="invitation_create"),
    path("join/<str:key>/", views.join, name="join"),
    path("enterprise/<int:pk>/", enterprise_views.begin, name="enterprise_begin"),
    path("enterprise/<int:pk>/back/", enterprise_views.end, name="enterprise_end"),
    path("tokens/", views.TokenList.as_view(), name="token_list"),
    path("tokens/new/", views.TokenCreate.as_view(), name="token_create"),
    path("tokens/<int:pk>/revoke/", views.TokenRevoke.as_view(), name="token_revoke"),
    path("factors/", views.FactorList.as_view(), name="factor_list"),
    path("factors/<int:pk>/reset/", views.FactorReset.as_view(), name="factor_reset"),
    path("support/", views.SupportList.as_view(), name="support_list"),
    path("support/enter/", views.support_enter, name="support_enter"),
    path("support/leave/", views.support_leave, name="support_leave"),
]
