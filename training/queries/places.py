"""Who may be given a place: quotas of the tree, what is used of them, who waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gongjian.foundation.kernel.actor import PATH_STEP
from training.enums import EnrolmentState
from training.models import Enrolment, Quota, TrainingClass


@dataclass(slots=True)
class Share:
    """A quota and how much of it is used."""

    quota: Quota
    used: int = 0
    waiting: int = 0
    asked: int = 0

    @property
    def left(self) -> int:
        return max(0, self.quota.places - self.used)


class Places:
    """Places of one class as they stand. Ask under the lock of the class before giving one."""

    def __init__(
        self, training_class: TrainingClass, enrolments: Iterable[Enrolment] | None = None
    ) -> None:
        self.training_class = training_class
        self.capacity = training_class.capacity
        quotas = list(training_class.quotas.select_related("unit"))
        self.shares: dict[str, Share] = {quota.unit.path: Share(quota) for quota in quotas}
        self.booked = self.waiting = self.asked = 0
        if enrolments is None:
            enrolments = training_class.enrolments.filter(
                state__in=[
                    EnrolmentState.BOOKED, EnrolmentState.WAITING, EnrolmentState.REQUESTED,
                    EnrolmentState.COMPLETED, EnrolmentState.INCOMPLETE,
                ]
            ).select_related("unit")  # fmt: skip
        for enrolment in enrolments:
            self.count(enrolment)

    @property
    def binds(self) -> bool:
        """Whether quotas still hold; released ones leave the common capacity alone."""
        return bool(self.shares) and self.training_class.quotas_released_at is None

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.booked)

    def share_of(self, path: str) -> Share | None:
        """The nearest quota at the unit or above it."""
        while path:
            if path in self.shares:
                return self.shares[path]
            path = path[:-PATH_STEP]
        return None

    def count(self, enrolment: Enrolment) -> None:
        share = self.share_of(enrolment.unit.path)
        match enrolment.state:
            case EnrolmentState.WAITING:
                self.waiting += 1
                if share:
                    share.waiting += 1
            case EnrolmentState.REQUESTED:
                self.asked += 1
                if share:
                    share.asked += 1
            case _:
                self.take(enrolment.unit.path)

    def has_room(self, path: str) -> bool:
        if self.booked >= self.capacity:
            return False
        if not self.binds:
            return True
        share = self.share_of(path)
        return share is not None and share.used < share.quota.places

    def take(self, path: str) -> None:
        self.booked += 1
        if share := self.share_of(path):
            share.used += 1


def waiting_in_turn(training_class: TrainingClass) -> Sequence[Enrolment]:
    return list(
        training_class.enrolments.filter(state=EnrolmentState.WAITING)
        .select_related("unit", "trainee")
        .order_by("turn")
    )
