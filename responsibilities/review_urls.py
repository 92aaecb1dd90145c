"""Addresses of the review: decisions, turns, delegations, common remarks."""

from __future__ import annotations

from django.urls import URLPattern, path

from responsibilities.views import review, review_setup

review_urlpatterns: list[URLPattern] = [
    path("review/", review.ReviewList.as_view(), name="review_list"),
    path("review/start/", review.ReviewSteps.as_view(), name="review_start"),
    path("review/accept/", review.AcceptMany.as_view(), name="accept_many"),
    path("review/<int:pk>/", review.ReturnDetail.as_view(), name="quarterlyreturn_detail"),
    path("review/<int:pk>/seen/", review.ReturnSeen.as_view(), name="return_seen"),
    path("review/<int:pk>/decide/", review.ReturnDecide.as_view(), name="return_decide"),
    path("review/<int:pk>/ask/", review.ReturnAsk.as_view(), name="return_ask"),
    path("review/<int:pk>/take-back/", review.ReturnTakeBack.as_view(), name="signature_take_back"),
    path("review/joint/", review_setup.JointSetting.as_view(), name="joint_setting"),
    path("review/<int:pk>/take-over/", review.ReturnTakeOver.as_view(), name="return_take_over"),
    path("review/<int:pk>/turns/<str:step>/", review.ReturnTurn.as_view(), name="return_turn"),
    path("review/delegations/", review_setup.DelegationList.as_view(), name="delegation_list"),
    path(
        "review/delegations/new/",
        review_setup.DelegationCreate.as_view(),
        name="delegation_create",
    ),
    path(
        "review/delegations/<int:pk>/end/",
        review_setup.DelegationEnd.as_view(),
        name="delegation_end",
    ),
    path("review/phrases/", review_setup.PhraseList.as_view(), name="phrase_list"),
    path("review/phrases/new/", review_setup.PhraseCreate.as_view(), name="phrase_create"),
    path(
        "review/phrases/<int:pk>/remove/", review_setup.PhraseRemove.as_view(), name="phrase_remove"
    ),
]
