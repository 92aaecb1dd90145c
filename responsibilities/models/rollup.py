"""The read model of totals: what changed, and sums kept one level above those who file."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Greatest, Left, Length, Now

from gongjian.foundation.kernel.actor import PATH_STEP
from gongjian.foundation.tenancy.models import TenantOwned, wall
from responsibilities.enums import Basis
from responsibilities.models.returns import ReturnForm


class RollupMark(TenantOwned):
    """A change that the totals do not hold yet.

    Appended by triggers in the transaction of the change, whoever makes it, and
    deleted by the worker; never merged with an earlier mark, which the worker
    may be deleting. Plain numbers instead of keys: it is a queue.
    """

    unit_number = models.BigIntegerField("单位")
    period_number = models.BigIntegerField("期间")
    #: Where the change stands in that period; after a move there is one mark a place.
    path = models.TextField("路径", db_collation="C")
    at = models.DateTimeField("时间", db_default=Now())

    class Meta(TenantOwned.Meta):
        verbose_name = "待汇总变动"
        ordering = ["id"]
        constraints = wall("responsibilities_rollupmark")
        indexes = [models.Index(fields=["tenant", "at"], name="rollup_mark_age")]

    def __str__(self) -> str:
        return f"{self.path} {self.period_number}"


class Totals(TenantOwned):
    """Sums for a period and a basis at one place.

    Rates are kept as numerators and denominators. The lists are dense: ``sums``,
    ``counts`` and the two of the year by slot of the form, the others in the
    order of the form's rates and maxima (see ``aggregation``).
    """

    reach_path: ClassVar[str | None] = "path"

    period = models.ForeignKey(
        "calendar.Period", on_delete=models.CASCADE, related_name="+", verbose_name="期间"
    )
    form = models.ForeignKey(
        ReturnForm, on_delete=models.CASCADE, related_name="+", verbose_name="报表格式"
    )
    basis = models.CharField("口径", max_length=10, choices=Basis)
    path = models.TextField("路径", db_collation="C")
    #: Path of the node above, by which a node finds its branches.
    above = models.GeneratedField(
        expression=Left("path", Greatest(Length("path") - PATH_STEP, 0)),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
        verbose_name="上级路径",
    )
    expected = models.PositiveIntegerField("应报家数", default=0)
    included = models.PositiveIntegerField("计入家数", default=0)
    workers_expected = models.PositiveBigIntegerField("应报职工数", default=0)
    workers_included = models.PositiveBigIntegerField("计入职工数", default=0)
    handed_in = models.PositiveIntegerField("已报家数", default=0)
    on_time = models.PositiveIntegerField("按时家数", default=0)
    sums = ArrayField(models.DecimalField(max_digits=24, decimal_places=2), default=list)
    counts = ArrayField(models.IntegerField(), default=list)
    numerators = ArrayField(models.DecimalField(max_digits=36, decimal_places=6), default=list)
    denominators = ArrayField(models.DecimalField(max_digits=36, decimal_places=6), default=list)
    maxima = ArrayField(models.DecimalField(max_digits=16, decimal_places=2), default=list)
    year_sums = ArrayField(models.DecimalField(max_digits=24, decimal_places=2), default=list)
    year_counts = ArrayField(models.IntegerField(), default=list)
    computed_at = models.DateTimeField("汇总时间", auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.path} {self.period_id} {self.basis}"


class RollupBucket(Totals):
    """Sums of the units right below one node, added up from their returns."""

    class Meta(Totals.Meta):
        abstract = False
        verbose_name = "汇总数"
        ordering = ["period_id", "path"]
        constraints = [
            *wall(
                "responsibilities_rollupbucket",
                period_id="calendar_period",
                form_id="responsibilities_returnform",
            ),
            models.UniqueConstraint(
                fields=["tenant", "period", "basis", "form", "path"], name="rollup_bucket_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "period", "basis", "form", "above"], name="rollup_bucket_above"
            )
        ]


class RollupBranch(Totals):
    """Sums of all buckets of a branch, kept where a branch has buckets on several levels.

    With these a node reads one row a branch, however many units stand below.
    """

    class Meta(Totals.Meta):
        abstract = False
        verbose_name = "分支汇总数"
        ordering = ["period_id", "path"]
        constraints = [
            *wall(
                "responsibilities_rollupbranch",
                period_id="calendar_period",
                form_id="responsibilities_returnform",
            ),
            models.UniqueConstraint(
                fields=["tenant", "period", "basis", "form", "path"], name="rollup_branch_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "period", "basis", "form", "above"], name="rollup_branch_above"
            )
        ]


class Relocation(TenantOwned):
    """A branch got a new path on a day: how a node of today is found in an older period."""

    append_only: ClassVar[bool] = True

    old_path = models.TextField("原路径", db_collation="C")
    new_path = models.TextField("新路径", db_collation="C")
    moved_on = models.DateField("日期")

    class Meta(TenantOwned.Meta):
        verbose_name = "隶属变动"
        ordering = ["id"]
        constraints = wall("responsibilities_relocation")

    def __str__(self) -> str:
        return f"{self.old_path} → {self.new_path}"
