"""The cast: fixed people with fixed roles, so that refusal and success share one setup."""

from __future__ import annotations

from dataclasses import dataclass

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant, Unit
from orgs.queries import actor_of, root_unit
from tests.factories.orgs import TenantFactory, make_unit, seat


@dataclass
class Cast:
    tenant: Tenant
    city: Unit
    qinghe: Unit  # 清河县, with two townships
    yunshan: Unit  # 云山区, with one
    dongfeng: Unit  # 东风镇 of 清河县, with two grassroots units
    xicheng: Unit  # 西城街道 of 清河县, with one
    nanlu: Unit  # 南麓镇 of 云山区, with one
    hongqi: Unit  # 红旗村 of 东风镇
    xinghuo: Unit  # 星火机械公司 of 东风镇
    leader: Actor  # 组长
    office: Actor  # 办公室经办
    administrator: Actor  # 系统管理员
    county: Actor  # 清河县主管
    other_county: Actor  # 云山区主管
    township: Actor  # 东风镇主管
    secretary: Actor  # 红旗村书记
    union_chair: Actor  # 红旗村工会主席
    neighbour: Actor  # 星火机械公司书记
    auditor: Actor
    security: Actor
    viewer: Actor
    stranger: Actor  # 办公室经办 of another tenant
    elsewhere: Tenant


def build_cast() -> Cast:
    tenant = TenantFactory(
        name="示范市",
        code="9900",
        leading_group="示范市党工共建领导小组",
        document_mark="示党工组",
    )
    with tenant_scope(tenant.pk):
        city = root_unit()
        assert city is not None

        def unit(
            parent: Unit, code: str, name: str, level: str, category: str, workers: int
        ) -> Unit:
            return make_unit(
                tenant,
                parent,
                code,
                name,
                level=level,
                category=category,
                worker_count=workers,
                member_count=workers * 4 // 5,
            )

        qinghe = unit(city, "990001", "清河县", "county", "region", 600)
        yunshan = unit(city, "990002", "云山区", "county", "region", 400)
        dongfeng = unit(qinghe, "990001001", "东风镇", "township", "town", 400)
        xicheng = unit(qinghe, "990001002", "西城街道", "township", "street", 200)
        nanlu = unit(yunshan, "990002001", "南麓镇", "township", "town", 400)
        hongqi = unit(dongfeng, "990001001001", "红旗村", "grassroots", "village", 150)
        xinghuo = unit(
            dongfeng, "990001001002", "星火机械公司", "grassroots", "private_enterprise", 250
        )
        unit(xicheng, "990001002001", "长街社区", "grassroots", "community", 200)
        unit(nanlu, "990002001001", "松岭村", "grassroots", "village", 400)

        def person(at: Unit, role: str, title: str, name: str, **values) -> Actor:
            return actor_of(seat(tenant, at, role, title, name, **values), tenant)

        people = {
            "leader": person(city, "leader", "组长", "李明远"),
            "office": person(city, "office", "办公室经办", "陈静"),
            "administrator": person(city, "tenant_administrator", "系统管理员", "方凯"),
            "auditor": person(city, "auditor", "审计管理员", "齐敏"),
            "security": person(city, "security_administrator", "安全管理员", "孔洁"),
            "viewer": person(city, "viewer", "分管领导", "宋涛"),
            "county": person(qinghe, "superior_office", "党工共建办主任", "周海燕"),
            "other_county": person(yunshan, "superior_office", "党工共建办主任", "钱立"),
            "township": person(dongfeng, "superior_office", "党建办主任", "吴建国"),
            "secretary": person(hongqi, "secretary", "党支部书记", "赵春梅", is_principal=True),
            "union_chair": person(hongqi, "union_chair", "工会主席", "孙国强"),
            "neighbour": person(xinghuo, "secretary", "党支部书记", "郑卫东", is_principal=True),
        }
    elsewhere = TenantFactory(name="远山市", code="9800")
    with tenant_scope(elsewhere.pk):
        far_city = root_unit()
        assert far_city is not None
        stranger = actor_of(seat(elsewhere, far_city, "office", "办公室经办", "何远"), elsewhere)
    return Cast(
        tenant=tenant,
        city=city,
        qinghe=qinghe,
        yunshan=yunshan,
        dongfeng=dongfeng,
        xicheng=xicheng,
        nanlu=nanlu,
        hongqi=hongqi,
        xinghuo=xinghuo,
        stranger=stranger,
        elsewhere=elsewhere,
        **people,
    )
