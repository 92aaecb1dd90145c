"""Error answers in the product's own words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def refusal(request: HttpRequest, *, status: int, message: str) -> HttpResponse:
    """A page (or fragment) that says why the act was refused and what to do."""
    return render(request, f"{status}.html", {"message": message}, status=status)
