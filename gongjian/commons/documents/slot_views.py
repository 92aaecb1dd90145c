"""Pages of the slots: which layout each kind has, and the tenant's own fonts."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import Http404
from django.urls import reverse

from gongjian.commons.documents.authority import ARRANGE_DOCUMENTS
from gongjian.commons.documents.enums import Face
from gongjian.commons.documents.shelves import DocumentKind, document_kinds
from gongjian.commons.documents.sign_off_views import origin_of
from gongjian.commons.documents.slot_models import LayoutChoice, TenantFont
from gongjian.commons.documents.slots import (
    LARGEST_FONT,
    choices_of,
    choose_layout,
    install_font,
    retire_font,
)
from gongjian.foundation.web.pages import ConfirmPage, FormPage, ListPage
from gongjian.foundation.web.tables import GongjianTable


def kinds_with_a_choice() -> list[DocumentKind]:
    return [kind for kind in document_kinds if len(choices_of(kind)) > 1]


class LayoutForm(forms.Form):
    """One choice for each kind that may be printed in more than one layout."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = dict(LayoutChoice.objects.values_list("kind", "layout"))
        for kind in kinds_with_a_choice():
            offered = choices_of(kind)
            usual = next(one.key for one in offered if one.template == kind.template)
            self.fields[self.field_name(kind)] = forms.ChoiceField(
                label=f"{kind.label}（{origin_of(kind.key)}）",
                choices=[
                    (one.key, f"{one.label}（默认）" if one.key == usual else one.label)
                    for one in offered
                ],
                initial=chosen.get(kind.key, usual),
            )

    @staticmethod
    def field_name(kind: DocumentKind) -> str:
        return kind.key.replace(".", "-")


class LayoutChoices(FormPage):
    """版式选择."""

    permission = ARRANGE_DOCUMENTS
    heading = "版式选择"
    form_class = LayoutForm
    help_text = "以后起草、印发的公文按所选版式排版；已经印发的不变。"
    success_message = "版式已保存。"

    def perform(self, form: Any) -> None:
        for kind in kinds_with_a_choice():
            name = form.field_name(kind)
            if name in form.changed_data:
                choose_layout(kind.key, actor=self.actor, layout=form.cleaned_data[name])

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:layout_choices")

    def get_cancel_url(self) -> str:
        return reverse("documents:route_list")


class FontTable(GongjianTable):
    face = tables.Column("字体")
    family = tables.Column("字体名称")
    license_note = tables.Column("授权说明", orderable=False)
    uploaded_by = tables.Column("上传人")
    uploaded_at = tables.DateColumn(verbose_name="上传时间", format="Y-m-d")
    is_active = tables.TemplateColumn(
        "{% if record.is_active %}{% chip '使用中' 'ok' %}"
        "{% else %}{% chip '已停用' 'neutral' %}{% endif %}",
        verbose_name="状态",
    )
    retire = tables.TemplateColumn(
        '{% if record.is_active %}<a class="button small" '
        'href="{% url "documents:font_retire" record.pk %}">停用</a>{% endif %}',
        verbose_name="",
        orderable=False,
    )

    class Meta(GongjianTable.Meta):
        model = TenantFont
        fields = (
            "face", "family", "license_note", "uploaded_by", "uploaded_at", "is_active", "retire",
        )  # fmt: skip
        order_by = ("face", "-pk")
        empty_text = "还没有上传字体，公文、证书和报告用系统自带的免费字体印制。"


class FontList(ListPage):
    """公文字体."""

    permission = ARRANGE_DOCUMENTS
    heading = "公文字体"
    queryset = TenantFont.objects
    table_class = FontTable

    def get_extra(self) -> dict[str, Any]:
        return {
            "create_url": reverse("documents:font_upload"),
            "create_label": "上传字体",
            "help_text": "用于本地区打印的公文、证书、表单和报告，Word 文件中写明其名称。"
            "字体里没有的字，仍用免费字体补上。",
        }


class FontForm(forms.Form):
    face = forms.ChoiceField(label="用作", choices=Face.choices)
    file = forms.FileField(
        label="字体文件",
        help_text=f"单个 TTF 或 OTF 文件，不超过{LARGEST_FONT // 1024 // 1024} MB。",
        widget=forms.ClearableFileInput(attrs={"accept": ".ttf,.otf"}),
    )
    license_note = forms.CharField(
        label="授权说明",
        max_length=200,
        help_text="本单位取得使用授权的依据，如授权书编号。没有授权的字体不得上传。",
    )


class FontUpload(FormPage):
    """上传字体."""

    permission = ARRANGE_DOCUMENTS
    heading = "上传字体"
    form_class = FontForm
    submit_label = "检查并启用"
    success_message = "字体已启用，以后印制的公文、证书和报告使用它。"

    def perform(self, form: Any) -> TenantFont:
        data = form.cleaned_data
        return install_font(
            data["face"],
            actor=self.actor,
            name=data["file"].name,
            content=data["file"].read(LARGEST_FONT + 1),
            license_note=data["license_note"],
        )

    def get_cancel_url(self) -> str:
        return reverse("documents:tenantfont_list")


class FontRetire(ConfirmPage):
    """停用字体."""

    permission = ARRANGE_DOCUMENTS
    submit_label = "停用"
    success_message = "字体已停用，以后印制的公文、证书和报告改用免费字体。"

    def get_font(self) -> TenantFont:
        found = TenantFont.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_heading(self) -> str:
        return f"停用字体：{self.get_font()}"

    def perform(self, form: Any) -> TenantFont:
        return retire_font(self.get_font(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return reverse("documents:tenantfont_list")
