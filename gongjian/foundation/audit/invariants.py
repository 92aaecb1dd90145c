"""What ``manage.py verify`` asks of the trail."""

from __future__ import annotations

from gongjian.foundation.audit.sealing import broken_links
from gongjian.foundation.kernel.invariants import Invariant, invariants

invariants.register(
    Invariant(key="8 chain", sentence="操作记录没有被改动、删除或漏封", find=broken_links)
)
