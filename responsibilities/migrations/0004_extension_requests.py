"""Requests of units for more time."""

import django.db.models.deletion
import gongjian.foundation.tenancy.constraints
import gongjian.foundation.tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0004_review_delegate'),
        ("responsibilities", "0003_guidance"),
    ]

    operations = [
        migrations.CreateModel(
            name='ExtensionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', '待审批'), ('granted', '已同意'), ('refused', '未同意'), ('withdrawn', '已撤回')], default='asked', editable=False, max_length=20, verbose_name='状态')),
                ('asked_until', models.DateField(verbose_name='申请延至')),
                ('reason', models.CharField(max_length=200, verbose_name='申请理由')),
                ('due_before', models.DateField(editable=False, verbose_name='申请时的截止日期')),
                ('is_late', models.BooleanField(default=False, editable=False, verbose_name='逾期后提出')),
                ('asked_by', models.CharField(editable=False, max_length=200, verbose_name='申请人')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='申请时间')),
                ('granted_until', models.DateField(blank=True, editable=False, null=True, verbose_name='准予延至')),
                ('decision_note', models.CharField(blank=True, editable=False, max_length=300, verbose_name='审批意见')),
                ('decided_by', models.CharField(blank=True, editable=False, max_length=200, verbose_name='审批人')),
                ('obligation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='responsibilities.obligation', verbose_name='应报')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
            ],
            options={
                'verbose_name': '延期申请',
                'ordering': ['-id'],
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_extensionrequest_wall'), models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_extensionrequest_tenant_key'), gongjian.foundation.tenancy.constraints.SameTenant(column='obligation_id', name='responsibilities_extensionrequest_obligation_id_same', to='responsibilities_obligation'), models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('tenant', 'obligation'), name='return_extension_asked_once', violation_error_message='这一期已有一份延期申请等待审批，不必重复申请。')],
            },
        ),
    ]
