"""Readers of the parameters in an address."""

from __future__ import annotations

from rest_framework.serializers import CharField, IntegerField

WORD = CharField(max_length=60)
KEY = IntegerField(min_value=1, max_value=2**63 - 1)
YEAR = IntegerField(min_value=1900, max_value=2999)
