"""Totals at the level above those who file, and the queue of what changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import gongjian.foundation.tenancy.constraints
import gongjian.foundation.tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calendar', '0001_initial'),
        ('orgs', '0002_unit_import'),
        ("responsibilities", "0009_path_at"),
    ]

    operations = [
        migrations.CreateModel(
            name='RollupBucket',
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
                'verbose_name': '汇总数',
                'ordering': ['period_id', 'path'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RollupMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit_number', models.BigIntegerField(verbose_name='单位')),
                ('period_number', models.BigIntegerField(verbose_name='期间')),
                ('path', models.TextField(db_collation='C', verbose_name='路径')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
            ],
            options={
                'verbose_name': '待汇总变动',
                'ordering': ['id'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Relocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_path', models.TextField(db_collation='C', verbose_name='原路径')),
                ('new_path', models.TextField(db_collation='C', verbose_name='新路径')),
                ('moved_on', models.DateField(verbose_name='日期')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
            ],
            options={
                'verbose_name': '隶属变动',
                'ordering': ['id'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='relocation',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_relocation_wall'),
        ),
        migrations.AddConstraint(
            model_name='relocation',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_relocation_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='rollupbucket',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_rollupbucket_wall'),
        ),
        migrations.AddConstraint(
            model_name='rollupbucket',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_rollupbucket_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='rollupbucket',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='period_id', name='responsibilities_rollupbucket_period_id_same', to='calendar_period'),
        ),
        migrations.AddConstraint(
            model_name='rollupbucket',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='form_id', name='responsibilities_rollupbucket_form_id_same', to='responsibilities_returnform'),
        ),
        migrations.AddConstraint(
            model_name='rollupbucket',
            constraint=models.UniqueConstraint(fields=('tenant', 'period', 'basis', 'form', 'path'), name='rollup_bucket_once'),
        ),
        migrations.AddIndex(
            model_name='rollupmark',
            index=models.Index(fields=['tenant', 'at'], name='rollup_mark_age'),
        ),
        migrations.AddConstraint(
            model_name='rollupmark',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_rollupmark_wall'),
        ),
        migrations.AddConstraint(
            model_name='rollupmark',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_rollupmark_tenant_key'),
        ),
    ]
