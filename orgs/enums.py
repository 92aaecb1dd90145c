"""Words of the hierarchy: levels, lines, kinds, roles."""

from __future__ import annotations

from django.db import models


class Level(models.TextChoices):
    """Level of a unit in the chain 市 → 县区 → 乡镇街道、系统 → 村社区、企业."""

    PROVINCE = "province", "省"
    PREFECTURE = "prefecture", "市"
    COUNTY = "county", "县区"
    TOWNSHIP = "township", "乡镇街道"
    GRASSROOTS = "grassroots", "村社区、企业"


def may_stand_below(level: str, parent_level: str) -> bool:
    """Each level stands below a higher one; an enterprise may also stand in its village."""
    if level == parent_level == Level.GRASSROOTS:
        return True
    order = Level.values
    return order.index(level) > order.index(parent_level)


class Category(models.TextChoices):
    """Kind of place or unit; work plans and peer groups go by it (分类指导)."""

    REGION = "region", "地区"
    TOWN = "town", "乡镇"
    STREET = "street", "街道"
    SYSTEM = "system", "系统"
    PARK = "park", "园区"
    VILLAGE = "village", "村"
    COMMUNITY = "community", "社区"
    STATE_ENTERPRISE = "state_enterprise", "国有企业"
    PRIVATE_ENTERPRISE = "private_enterprise", "非公企业"
    SOCIAL = "social", "社会组织"
    INSTITUTION = "institution", "机关事业单位"


class Line(models.TextChoices):
    PARTY = "party", "党组织"
    UNION = "union", "工会组织"


class OrganizationKind(models.TextChoices):
    PARTY_COMMITTEE = "party_committee", "党委"
    PARTY_WORKING_COMMITTEE = "party_working_committee", "党工委"
    GENERAL_BRANCH = "general_branch", "党总支"
    PARTY_BRANCH = "party_branch", "党支部"
    JOINT_PARTY_BRANCH = "joint_party_branch", "联合党支部"
    UNION_FEDERATION = "union_federation", "总工会"
    UNION_ASSOCIATION = "union_association", "工会联合会"
    GRASSROOTS_UNION = "grassroots_union", "基层工会"
    JOINT_UNION = "joint_union", "联合工会"


class Role(models.TextChoices):
    """What a post is for; permissions with their reach hang on the role."""

    TENANT_ADMINISTRATOR = "tenant_administrator", "系统管理员"
    SECURITY_ADMINISTRATOR = "security_administrator", "安全管理员"
    AUDITOR = "auditor", "审计管理员"
    LEADER = "leader", "领导小组领导"
    OFFICE = "office", "领导小组办公室"
    SUPERIOR_OFFICE = "superior_office", "上级主管"
    SECRETARY = "secretary", "党组织书记"
    UNION_CHAIR = "union_chair", "工会主席"
    LIAISON = "liaison", "成员单位联络员"
    INSPECTOR = "inspector", "督查员"
    INSTRUCTOR = "instructor", "工建指导员"
    EXPERT = "expert", "评委"
    VIEWER = "viewer", "只读领导"
    REVIEW_DELEGATE = "review_delegate", "受托审核人"


#: 三员: who holds one of these signs in with a second factor, and holds none of the others.
ADMINISTRATORS = frozenset({Role.TENANT_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})


class Measure(models.TextChoices):
    """Measures of a unit by which targets may be allocated."""

    WORKERS = "worker_count", "职工数"
    MEMBERS = "member_count", "会员数"
    PARTY_MEMBERS = "party_member_count", "党员数"
    ENTERPRISES = "enterprise_count", "企业数"


class ImportState(models.TextChoices):
    """Life of an uploaded table of units."""

    CHECKED = "checked", "待确认"
    FAULTY = "faulty", "有错误"
    IMPORTED = "imported", "已导入"


class HandoverState(models.TextChoices):
    """Life of a handover between the old and the new holder of a post."""

    OPEN = "open", "待移交"
    HANDED = "handed", "待接收"
    RECEIVED = "received", "已接收"
