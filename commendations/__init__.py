"""Commendation (表彰、通报表扬): quota, nomination, checks, notice, decision, certificates."""
