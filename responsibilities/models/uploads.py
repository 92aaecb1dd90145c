"""Uploaded workbooks of returns, kept between the check and the confirmation."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from responsibilities import authority
from responsibilities.enums import UploadKind, UploadState

#: After a day the returns have moved on; a fresh download is the better start.
KEPT_FOR = timedelta(hours=24)


class ReturnUpload(TenantOwned, Stateful):
    """A checked workbook: only what differs from the download, never the file itself."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField(
        "状态", max_length=20, choices=UploadState, default=UploadState.CHECKED, editable=False
    )
    kind = models.CharField("种类", max_length=20, choices=UploadKind)
    #: The filing unit, or the superior whose children stand in the workbook.
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.CASCADE, related_name="+", verbose_name="单位"
    )
    period = models.ForeignKey(
        "calendar.Period", on_delete=models.CASCADE, related_name="+", verbose_name="期间"
    )
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    changes = models.JSONField("改动", default=list)
    faults = models.JSONField("错误", default=list)
    unchanged = models.PositiveIntegerField("未变栏数", default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="上传人"
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    lifecycle = Lifecycle(
        Step(
            "apply",
            "确认导入",
            frozenset({UploadState.CHECKED}),
            UploadState.APPLIED,
            authority.FILL_RETURN,
            "responsibilities.return_upload.applied",
            style="primary",
            icon="check",
        ),
        Step(
            "apply_on_behalf",
            "确认导入",
            frozenset({UploadState.CHECKED}),
            UploadState.APPLIED,
            authority.FILE_ON_BEHALF,
            "responsibilities.return_upload.applied",
            style="primary",
            icon="check",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "报表上传"
        ordering = ["-id"]
        constraints = [
            *wall(
                "responsibilities_returnupload",
                unit_id="orgs_unit",
                period_id="calendar_period",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "created_at"], name="return_upload_age")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        page = "behalf_upload" if self.kind == UploadKind.MANY_UNITS else "return_upload"
        return reverse(f"responsibilities:{page}", args=[self.pk])

    @property
    def is_expired(self) -> bool:
        return self.created_at < timezone.now() - KEPT_FOR
