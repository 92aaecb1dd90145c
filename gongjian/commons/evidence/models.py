"""Files by their hash, what they prove, and where they are used."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from gongjian.commons.evidence.enums import CONTENT_TYPES, PICTURES, FileKind
from gongjian.foundation.tenancy.models import TenantOwned, wall


class EvidenceFile(TenantOwned):
    """Bytes kept once in a tenant, however many records they prove.

    Holds nothing of who uploaded it or under which name: two units that hold
    the same notice do not learn of each other.
    """

    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    size = models.PositiveBigIntegerField("大小", editable=False)
    kind = models.CharField("类型", max_length=8, choices=FileKind, editable=False)
    #: What the inspection found and did not refuse, such as links to elsewhere.
    marks = models.JSONField("提示", default=list, editable=False)
    has_thumbnail = models.BooleanField("有缩略图", default=False, editable=False)
    purged_at = models.DateTimeField("清理时间", null=True, editable=False)
    created_at = models.DateTimeField("存入时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "文件"
        constraints = [
            *wall("evidence_evidencefile"),
            models.UniqueConstraint(fields=["tenant", "sha256"], name="evidence_file_once"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.kind]

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES


class Evidence(TenantOwned):
    """One piece of a unit's evidence: a file, or where the paper is found.

    A reference without a file (文号、网址、存放处) is as good: nobody is made to
    scan what lies in a cabinet.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="evidence", verbose_name="单位"
    )
    title = models.CharField("名称", max_length=120)
    file = models.ForeignKey(
        EvidenceFile,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="pieces",
        verbose_name="文件",
    )
    #: Fingerprint of what was sent: a picture loses its place of taking before it is kept.
    given_sha256 = models.CharField("原件 SHA-256", max_length=64, blank=True, editable=False)
    number = models.CharField("文号", max_length=80, blank=True)
    link = models.URLField("网址", max_length=300, blank=True)
    whereabouts = models.CharField("纸质件存放处", max_length=120, blank=True)
    dated_on = models.DateField("形成日期", null=True, blank=True)
    added_by = models.CharField("添加人", max_length=200, editable=False)
    added_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name="添加账号",
    )
    added_at = models.DateTimeField("添加时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "佐证材料"
        ordering = ["-id"]
        constraints = [
            *wall("evidence_evidence", unit_id="orgs_unit", file_id="evidence_evidencefile"),
            models.CheckConstraint(
                condition=models.Q(file__isnull=False)
                | ~models.Q(number="")
                | ~models.Q(link="")
                | ~models.Q(whereabouts=""),
                name="evidence_says_where",
                violation_error_message="文号、网址、存放处请至少填写一项。",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "unit", "-id"], name="evidence_of_unit"),
            models.Index(fields=["tenant", "added_by_user", "added_at"], name="evidence_by_user"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        """Where it is found when there is no file, in one line."""
        parts = [self.number, self.whereabouts and f"存于{self.whereabouts}", self.link]
        return "；".join(part for part in parts if part)


class EvidenceUse(TenantOwned):
    """A piece of evidence behind one record, or behind one part of it.

    Never deleted: taking it away sets ``removed_at``, so that undo is the same
    act backwards and the past can be told.
    """

    reach_path: ClassVar[str | None] = "evidence__unit__path"

    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, related_name="uses", verbose_name="佐证材料"
    )
    subject_kind = models.CharField("事项类型", max_length=60, editable=False)
    subject_id = models.BigIntegerField("事项编号", editable=False)
    slot = models.CharField("栏目", max_length=40, blank=True, editable=False)
    added_by = models.CharField("添加人", max_length=200, editable=False)
    added_at = models.DateTimeField("添加时间", editable=False)
    removed_at = models.DateTimeField("移除时间", null=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "佐证引用"
        ordering = ["id"]
        constraints = [
            *wall("evidence_evidenceuse", evidence_id="evidence_evidence"),
            models.UniqueConstraint(
                fields=["tenant", "subject_kind", "subject_id", "slot", "evidence"],
                name="evidence_used_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.evidence)

    @property
    def file_url(self) -> str:
        return reverse("evidence:file", args=[self.pk])


class EvidenceUpload(TenantOwned):
    """A file on its way, in pieces: a dead network goes on where it stopped."""

    key = models.UUIDField("标识", default=uuid.uuid4, editable=False)
    subject_kind = models.CharField("事项类型", max_length=60, editable=False)
    subject_id = models.BigIntegerField("事项编号", editable=False)
    slot = models.CharField("栏目", max_length=40, blank=True, editable=False)
    name = models.CharField("文件名", max_length=160, editable=False)
    size = models.PositiveBigIntegerField("大小", editable=False)
    received = models.PositiveBigIntegerField("已收到", default=0, editable=False)
    #: Set once all is there and was found good; a repeated last piece gets the same answer.
    use = models.ForeignKey(
        EvidenceUse, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    touched_at = models.DateTimeField("最后收到时间", auto_now=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "上传"
        constraints = [
            *wall("evidence_evidenceupload", use_id="evidence_evidenceuse"),
            models.UniqueConstraint(fields=["tenant", "key"], name="evidence_upload_once"),
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")),
                name="evidence_upload_fits",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "touched_at"], name="evidence_upload_age")]

    def __str__(self) -> str:
        return self.name
