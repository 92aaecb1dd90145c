"""Pictures of dispatches."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bulletins.models.dispatches import Dispatch
from gongjian.foundation.tenancy.models import TenantOwned, wall


class DispatchPicture(TenantOwned):
    """A picture in the text of a dispatch, drawn anew when it came in."""

    reach_path: ClassVar[str | None] = "dispatch__unit__path"

    dispatch = models.ForeignKey(
        Dispatch, on_delete=models.CASCADE, related_name="pictures", verbose_name="稿件"
    )
    file = models.ForeignKey(
        "documents.StoredFile", on_delete=models.PROTECT, related_name="+", verbose_name="文件"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "稿件图片"
        constraints = wall(
            "bulletins_dispatchpicture",
            dispatch_id="bulletins_dispatch",
            file_id="documents_storedfile",
        )

    def __str__(self) -> str:
        return f"{self.dispatch} 图{self.pk}"
