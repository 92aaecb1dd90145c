"""The guides as pages: `make guides`."""

project = "党工共建"
copyright = "党工共建的作者"  # noqa: A001 -- name of Sphinx
language = "zh_CN"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {
    "page_width": "1100px",
    "sidebar_width": "240px",
    "fixed_sidebar": True,
    "show_powered_by": False,
    "font_family": "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif",
    "head_font_family": "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif",
}
html_show_sourcelink = False
html_copy_source = False
nitpicky = True
