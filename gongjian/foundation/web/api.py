"""The JSON interface denies until a view says otherwise."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission


class DenyAll(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return False
