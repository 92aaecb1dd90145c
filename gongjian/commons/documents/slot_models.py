"""What a tenant chooses for its documents: layouts, and fonts it holds a licence for."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from gongjian.commons.documents.enums import Face
from gongjian.commons.documents.models import StoredFile
from gongjian.foundation.tenancy.models import TenantOwned, wall


class LayoutChoice(TenantOwned):
    """The layout a tenant prints a kind of document with."""

    kind = models.CharField("文种", max_length=60)
    layout = models.CharField("版式", max_length=30)

    class Meta(TenantOwned.Meta):
        verbose_name = "版式选择"
        ordering = ["kind"]
        constraints = [
            *wall("documents_layoutchoice"),
            models.UniqueConstraint(fields=["tenant", "kind"], name="layout_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.layout}"


class TenantFont(TenantOwned):
    """A font file of the tenant's own. Replaced by a newer one, never changed."""

    face = models.CharField("字体", max_length=20, choices=Face)
    family = models.CharField("字体名称", max_length=120)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="fonts", verbose_name="字体文件"
    )
    license_note = models.CharField("授权说明", max_length=200)
    is_active = models.BooleanField("使用中", default=True)
    uploaded_by = models.CharField("上传人", max_length=200)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "字体"
        ordering = ["face", "-id"]
        constraints = [
            *wall("documents_tenantfont", file_id="documents_storedfile"),
            models.UniqueConstraint(
                fields=["tenant", "face"],
                condition=models.Q(is_active=True),
                name="tenant_font_one_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_face_display()} {self.family}"

    def get_absolute_url(self) -> str:
        return reverse("documents:tenantfont_list")
