"""placeholder until the design system lands"""

from django import template

register = template.Library()
