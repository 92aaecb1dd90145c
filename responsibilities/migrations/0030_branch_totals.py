"""Totals of whole branches, so that a node reads one row a branch."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import gongjian.foundation.tenancy.constraints
import gongjian.foundation.tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calendar', '0002_filing_rules'),
        ('orgs', '0004_review_delegate'),
        ('responsibilities', '0029_briefings'),
    ]

    operations = [
        migrations.CreateModel(
            name='RollupBranch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(choices=[('accepted', '只含已通过'), ('handed_in', '含待审核')], max_length=10, verbose_name='口径')),
                ('path', models.TextField(db_collation='C', verbose_name='路径')),
                ('expected', models.PositiveIntegerField(default=0, verbose_name='应报家数')),
                ('included', models.PositiveIntegerField(default=0, verbose_name='计入家数')),
                ('workers_expected', models.PositiveBigIntegerField(default=0, verbose_name='应报职工数')),
                ('workers_included', models.PositiveBigIntegerField(default=0, verbose_name='计入职工数')),
                ('handed_in', models.PositiveIntegerField(default=0, verbose_name='已报家数')),
                ('on_time', models.PositiveIntegerField(default=0, verbose_name='按时家数')),
                ('sums', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=24), default=list, size=None)),
                ('counts', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('numerators', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=6, max_digits=36), default=list, size=None)),
                ('denominators', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=6, max_digits=36), default=list, size=None)),
                ('maxima', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=16), default=list, size=None)),
                ('year_sums', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=24), default=list, size=None)),
                ('year_counts', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('computed_at', models.DateTimeField(auto_now=True, verbose_name='汇总时间')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='responsibilities.returnform', verbose_name='报表格式')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calendar.period', verbose_name='期间')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
            ],
            options={
                'verbose_name': '分支汇总数',
                'ordering': ['period_id', 'path'],
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_rollupbranch_wall'), models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_rollupbranch_tenant_key'), gongjian.foundation.tenancy.constraints.SameTenant(column='period_id', name='responsibilities_rollupbranch_period_id_same', to='calendar_period'), gongjian.foundation.tenancy.constraints.SameTenant(column='form_id', name='responsibilities_rollupbranch_form_id_same', to='responsibilities_returnform'), models.UniqueConstraint(fields=('tenant', 'period', 'basis', 'form', 'path'), name='rollup_branch_once')],
            },
        ),
        # Apart from its table: a column with an expression in it, and the walls would be lost.
        migrations.AddField(
            model_name='rollupbranch',
            name='above',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('path', django.db.models.functions.comparison.Greatest(django.db.models.expressions.CombinedExpression(django.db.models.functions.text.Length('path'), '-', models.Value(4)), 0)), output_field=models.TextField(db_collation='C'), verbose_name='上级路径'),
        ),
        migrations.AddIndex(
            model_name='rollupbranch',
            index=models.Index(fields=['tenant', 'period', 'basis', 'form', 'above'], name='rollup_branch_above'),
        ),
        migrations.AddField(
            model_name='rollupbucket',
            name='above',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left('path', django.db.models.functions.comparison.Greatest(django.db.models.expressions.CombinedExpression(django.db.models.functions.text.Length('path'), '-', models.Value(4)), 0)), output_field=models.TextField(db_collation='C'), verbose_name='上级路径'),
        ),
        migrations.AddIndex(
            model_name='rollupbucket',
            index=models.Index(fields=['tenant', 'period', 'basis', 'form', 'above'], name='rollup_bucket_above'),
        ),
    ]
