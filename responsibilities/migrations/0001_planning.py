"""Plans, indicators and targets, with the rule that an allocation adds up."""

import django.core.validators
import django.db.models.deletion
import gongjian.foundation.tenancy.constraints
import gongjian.foundation.tenancy.scope
from django.db import migrations, models

# Children + reserve = parent (分解), checked at commit once any child is handed down.
# The parent row is locked first, so that of two commits that change different
# children the second one counts what the first one wrote. Row-level security holds:
# the function runs with the rights of the caller, in the tenant of the row itself,
# since a scope opened inside a transaction may be closed before its commit.
CREATE_RULE = """
CREATE FUNCTION responsibilities_target_adds_up(parent_pk bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $rule$
DECLARE
    above responsibilities_target%ROWTYPE;
    below numeric;
    is_handed_down boolean;
BEGIN
    SELECT * INTO above FROM responsibilities_target WHERE id = parent_pk FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT EXISTS (
        SELECT FROM responsibilities_indicator
        WHERE id = above.indicator_id AND allocation_style = 'sums'
    ) THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(value), 0), coalesce(bool_or(state <> 'draft'), false)
    INTO below, is_handed_down
    FROM responsibilities_target WHERE parent_id = parent_pk;
    IF NOT is_handed_down OR below + above.reserve = above.value THEN
        RETURN;
    END IF;
    IF below + above.reserve > above.value AND above.over_reason <> '' THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'targets below % plus reserve % do not add up to %',
        below, above.reserve, above.value
        USING ERRCODE = 'check_violation', CONSTRAINT = 'target_adds_up',
              TABLE = 'responsibilities_target';
END
$rule$;

CREATE FUNCTION responsibilities_check_target() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $rule$
DECLARE
    outside text := coalesce(current_setting('gongjian.tenant_id', true), '');
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM set_config('gongjian.tenant_id', OLD.tenant_id::text, true);
        PERFORM responsibilities_target_adds_up(OLD.parent_id);
    ELSE
        PERFORM set_config('gongjian.tenant_id', NEW.tenant_id::text, true);
        PERFORM responsibilities_target_adds_up(NEW.parent_id);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.parent_id IS DISTINCT FROM NEW.parent_id THEN
            PERFORM responsibilities_target_adds_up(OLD.parent_id);
        END IF;
        PERFORM responsibilities_target_adds_up(NEW.id);
    END IF;
    PERFORM set_config('gongjian.tenant_id', outside, true);
    RETURN NULL;
END
$rule$;

CREATE CONSTRAINT TRIGGER target_adds_up_new
AFTER INSERT OR DELETE ON responsibilities_target
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
EXECUTE FUNCTION responsibilities_check_target();

CREATE CONSTRAINT TRIGGER target_adds_up_changed
AFTER UPDATE ON responsibilities_target
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN ((OLD.value, OLD.reserve, OLD.over_reason, OLD.state, OLD.parent_id)
      IS DISTINCT FROM (NEW.value, NEW.reserve, NEW.over_reason, NEW.state, NEW.parent_id))
EXECUTE FUNCTION responsibilities_check_target();
"""

DROP_RULE = """
DROP TRIGGER target_adds_up_changed ON responsibilities_target;
DROP TRIGGER target_adds_up_new ON responsibilities_target;
DROP FUNCTION responsibilities_check_target();
DROP FUNCTION responsibilities_target_adds_up(bigint);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnnualPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', '拟订中'), ('approved', '已审定'), ('archived', '已归档')], default='draft', editable=False, max_length=20, verbose_name='状态')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('title', models.CharField(max_length=120, verbose_name='名称')),
                ('priorities', models.TextField(blank=True, verbose_name='年度重点')),
                ('proposals_due_on', models.DateField(blank=True, help_text='下级单位可在此日以前对下达的目标提出不同意见；不填则随时可提。', null=True, verbose_name='目标建议截止日')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
            ],
            options={
                'verbose_name': '年度方案',
                'ordering': ['-year'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, verbose_name='编码')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('section', models.CharField(max_length=4, verbose_name='类别代号')),
                ('section_title', models.CharField(max_length=40, verbose_name='类别')),
                ('kind', models.CharField(choices=[('hard', '硬指标'), ('soft', '软指标'), ('bonus', '加分项'), ('deduction', '扣分项'), ('veto', '一票否决')], max_length=12, verbose_name='性质')),
                ('unit_label', models.CharField(max_length=12, verbose_name='计量单位')),
                ('value_type', models.CharField(choices=[('integer', '整数'), ('decimal', '小数'), ('percent', '百分比'), ('yes_no', '是/否')], max_length=12, verbose_name='数值类型')),
                ('numerator', models.TextField(blank=True, verbose_name='分子')),
                ('denominator', models.TextField(blank=True, verbose_name='分母')),
                ('rises', models.BooleanField(default=True, verbose_name='越高越好')),
                ('source', models.CharField(blank=True, max_length=12, verbose_name='数据来源')),
                ('method', models.CharField(blank=True, max_length=40, verbose_name='计分方法')),
                ('weight', models.DecimalField(decimal_places=2, default=0, max_digits=6, verbose_name='权重')),
                ('target_text', models.CharField(blank=True, max_length=60, verbose_name='参考目标')),
                ('frequency', models.CharField(choices=[('quarter', '每季'), ('half_year', '每半年'), ('year', '每年')], max_length=12, verbose_name='频度')),
                ('evidence', models.TextField(blank=True, verbose_name='佐证')),
                ('mode', models.CharField(choices=[('scored', '计分'), ('track', '只跟踪'), ('restricted', '限制使用')], default='track', max_length=12, verbose_name='用途')),
                ('note', models.TextField(blank=True, verbose_name='说明')),
                ('quarterly_style', models.CharField(choices=[('incremental', '本季发生数'), ('cumulative', '年初至今累计'), ('latest', '期末时点数')], default='latest', max_length=12, verbose_name='填报口径')),
                ('allocation_style', models.CharField(choices=[('sums', '下级合计等于本级'), ('same', '各下级与本级相同'), ('ratio', '各下级分别确定'), ('none', '不分解')], default='none', max_length=8, verbose_name='分解方式')),
                ('is_reported', models.BooleanField(default=False, verbose_name='列入季度报表')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
            ],
            options={
                'verbose_name': '指标',
                'ordering': ['code'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PlanIndicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weight', models.DecimalField(decimal_places=2, default=0, max_digits=6, verbose_name='权重')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='顺序')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_lines', to='responsibilities.indicator', verbose_name='指标')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='responsibilities.annualplan', verbose_name='年度方案')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
            ],
            options={
                'verbose_name': '方案指标',
                'ordering': ['order', 'id'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', '待下达'), ('issued', '待签收'), ('acknowledged', '已签收')], default='draft', editable=False, max_length=20, verbose_name='状态')),
                ('value', models.DecimalField(decimal_places=2, max_digits=16, validators=[django.core.validators.MinValueValidator(0)], verbose_name='目标值')),
                ('issued_value', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='下达值')),
                ('base_value', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='上年完成数')),
                ('reserve', models.DecimalField(decimal_places=2, default=0, max_digits=16, validators=[django.core.validators.MinValueValidator(0)], verbose_name='机动')),
                ('over_reason', models.TextField(blank=True, verbose_name='加码理由')),
                ('responsible_leader', models.CharField(blank=True, max_length=40, verbose_name='责任领导')),
                ('responsible_person', models.CharField(blank=True, max_length=40, verbose_name='责任人')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='完成时限')),
                ('proposed_value', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='建议值')),
                ('proposal_reason', models.TextField(blank=True, verbose_name='建议理由')),
                ('proposal_decision', models.CharField(blank=True, choices=[('accepted', '已采纳'), ('declined', '未采纳')], max_length=10, verbose_name='答复')),
                ('proposal_reply', models.TextField(blank=True, verbose_name='答复说明')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True, verbose_name='签收时间')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='responsibilities.indicator', verbose_name='指标')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='responsibilities.target', verbose_name='上级目标')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='responsibilities.annualplan', verbose_name='年度方案')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='orgs.unit', verbose_name='承担单位')),
            ],
            options={
                'verbose_name': '目标任务',
                'ordering': ['indicator__code', 'unit__path'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='原值')),
                ('new_value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='新值')),
                ('reason', models.TextField(verbose_name='理由')),
                ('actor_text', models.CharField(max_length=200, verbose_name='调整人')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                ('tenant', models.ForeignKey(default=gongjian.foundation.tenancy.scope.require_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.tenant', verbose_name='地区')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='responsibilities.target', verbose_name='目标任务')),
            ],
            options={
                'verbose_name': '目标调整单',
                'ordering': ['-id'],
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='annualplan',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_annualplan_wall'),
        ),
        migrations.AddConstraint(
            model_name='annualplan',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_annualplan_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='annualplan',
            constraint=models.UniqueConstraint(fields=('tenant', 'year'), name='plan_once_a_year', violation_error_message='这个年度已有方案，请打开原有方案修改。'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_indicator_wall'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_indicator_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.UniqueConstraint(fields=('tenant', 'code'), name='indicator_code_once', violation_error_message='这个指标编码已被使用，请换一个编码。'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mode', 'restricted'), _negated=True), ('weight', 0), _connector='OR'), name='indicator_restricted_unweighted', violation_error_message='限制使用的指标不得设置权重，请把权重改为 0。'),
        ),
        migrations.AddConstraint(
            model_name='planindicator',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_planindicator_wall'),
        ),
        migrations.AddConstraint(
            model_name='planindicator',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_planindicator_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='planindicator',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='plan_id', name='responsibilities_planindicator_plan_id_same', to='responsibilities_annualplan'),
        ),
        migrations.AddConstraint(
            model_name='planindicator',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='indicator_id', name='responsibilities_planindicator_indicator_id_same', to='responsibilities_indicator'),
        ),
        migrations.AddConstraint(
            model_name='planindicator',
            constraint=models.UniqueConstraint(fields=('tenant', 'plan', 'indicator'), name='plan_indicator_once'),
        ),
        migrations.AddIndex(
            model_name='target',
            index=models.Index(fields=['tenant', 'parent'], name='target_children'),
        ),
        migrations.AddIndex(
            model_name='target',
            index=models.Index(fields=['tenant', 'unit', 'plan'], name='target_of_unit'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_target_wall'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_target_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='plan_id', name='responsibilities_target_plan_id_same', to='responsibilities_annualplan'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='indicator_id', name='responsibilities_target_indicator_id_same', to='responsibilities_indicator'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='unit_id', name='responsibilities_target_unit_id_same', to='orgs_unit'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='parent_id', name='responsibilities_target_parent_id_same', to='responsibilities_target'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('tenant', 'plan', 'indicator', 'unit'), name='target_once', violation_error_message='这个单位已有该指标的目标，请直接修改。'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('reserve__gte', 0), ('value__gte', 0)), name='target_not_negative', violation_error_message='目标值和机动数不能小于 0，请更正。'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=gongjian.foundation.tenancy.constraints.TenantWall(name='responsibilities_amendment_wall'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='responsibilities_amendment_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=gongjian.foundation.tenancy.constraints.SameTenant(column='target_id', name='responsibilities_amendment_target_id_same', to='responsibilities_target'),
        ),
        migrations.RunSQL(CREATE_RULE, DROP_RULE),
    ]
