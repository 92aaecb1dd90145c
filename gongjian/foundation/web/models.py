"""Forms that were already carried out, so that a double click does nothing twice."""

from __future__ import annotations

from django.db import models

from gongjian.foundation.tenancy.models import TenantOwned, wall


class SubmittedForm(TenantOwned):
    """The key of a rendered form and where its first submission led."""

    key = models.UUIDField("表单编号")
    user_id = models.BigIntegerField("账号编号")
    url = models.CharField("去向", max_length=500)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            *wall("web_submittedform"),
            models.UniqueConstraint(fields=["tenant", "user_id", "key"], name="form_sent_once"),
        ]

    def __str__(self) -> str:
        return str(self.key)
