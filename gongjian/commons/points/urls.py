"""Addresses of the points ledger."""

from __future__ import annotations

from django.urls import URLPattern, path

from gongjian.commons.points.views import accounts, rules

app_name = "points"

urlpatterns: list[URLPattern] = [
    path("", accounts.AccountList.as_view(), name="account_list"),
    path("<int:pk>/", accounts.AccountDetail.as_view(), name="account_detail"),
    path("<int:pk>/adjust/", accounts.AccountAdjust.as_view(), name="account_adjust"),
    path("<int:pk>/workbook/", accounts.AccountWorkbook.as_view(), name="account_workbook"),
    path("rules/", rules.RulesList.as_view(), name="rules_list"),
    path("rules/new/", rules.RulesCreate.as_view(), name="rules_create"),
    path("rules/<int:pk>/", rules.RulesDetail.as_view(), name="rules_detail"),
    path("rules/<int:pk>/edit/", rules.RulesEdit.as_view(), name="rules_edit"),
    path("rules/<int:pk>/try/", rules.RulesTry.as_view(), name="rules_try"),
    path("rules/<int:pk>/revise/", rules.RulesRevise.as_view(), name="rules_revise"),
    path("rules/<int:pk>/discard/", rules.RulesDiscard.as_view(), name="rules_discard"),
    path("rules/<int:pk>/steps/<slug:step>/", rules.RulesStep.as_view(), name="pointrules_step"),
]
