"""Writes of the assessment: rules, marks, runs, commendations."""

from assessments.services.announcing import announce_run
from assessments.services.commendations import (
    decide_commendation,
    draft_commendation,
    edit_commendation,
    issue_commendation,
)
from assessments.services.defaults import scheme_from_defaults
from assessments.services.groups import create_peer_group, edit_peer_group
from assessments.services.judging import enter_judged_score, enter_judged_scores
from assessments.services.ledger import (
    approve_case,
    edit_case,
    enter_case,
    lift_case,
    refuse_case,
    rescore,
)
from assessments.services.objections import (
    open_notice,
    raise_objection,
    record_meeting,
    reject_objection,
    uphold_objection,
)
from assessments.services.reviews import (
    draw_sample,
    open_reviews,
    recheck,
    return_self,
    self_assess,
    sign_review,
)
from assessments.services.runs import (
    compute_run,
    decide_run,
    open_run,
    propose_grades,
    publish_run,
    run_assessment,
    send_back_run,
    start_run,
)
from assessments.services.schemes import (
    add_item,
    add_offered_items,
    archive_scheme,
    create_scheme,
    edit_item,
    edit_scheme,
    publish_scheme,
    remove_item,
    revise_scheme,
    set_grade_rule,
    set_weights,
)

__all__ = [
    "add_item",
    "add_offered_items",
    "announce_run",
    "approve_case",
    "archive_scheme",
    "compute_run",
    "create_peer_group",
    "create_scheme",
    "decide_commendation",
    "decide_run",
    "draft_commendation",
    "draw_sample",
    "edit_case",
    "edit_commendation",
    "edit_item",
    "edit_peer_group",
    "edit_scheme",
    "enter_case",
    "enter_judged_score",
    "enter_judged_scores",
    "issue_commendation",
    "lift_case",
    "open_notice",
    "open_reviews",
    "open_run",
    "propose_grades",
    "publish_run",
    "publish_scheme",
    "raise_objection",
    "recheck",
    "record_meeting",
    "refuse_case",
    "reject_objection",
    "remove_item",
    "rescore",
    "return_self",
    "revise_scheme",
    "run_assessment",
    "scheme_from_defaults",
    "self_assess",
    "send_back_run",
    "set_grade_rule",
    "set_weights",
    "sign_review",
    "start_run",
    "uphold_objection",
]
