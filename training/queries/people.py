"""Records of people over the years, and who has not been trained for long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.enums import Role
from orgs.models import Appointment
from orgs.queries import current_appointments
from training.authority import MANAGE_TRAINING, VIEW_TRAINING
from training.enums import EnrolmentState
from training.models import Certificate, Enrolment, OtherTraining, Trainee, TrainingClass

#: 乡科级及以下 each year; hours are recorded, never scored (R2).
YEARLY_HOURS = Decimal(90)
#: Posts whose holders are to be trained.
CADRES = (Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE, Role.LIAISON, Role.OFFICE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One training of a person."""

    day: date
    title: str
    organizer: str
    hours: Decimal
    result: str
    certificate: str = ""
    url: str = ""
    certificate_url: str = ""


@dataclass(slots=True)
class Year:
    """A calendar year of a person; hours do not carry over."""

    year: int
    entries: list[Entry] = field(default_factory=list)

    @property
    def hours(self) -> Decimal:
        return sum((entry.hours for entry in self.entries), Decimal(0))

    @property
    def percent(self) -> int:
        return min(100, int(self.hours * 100 / YEARLY_HOURS))


def years_of(trainee: Trainee) -> list[Year]:
    """学时档案: classes that are over and training elsewhere, the newest year first."""
    found: dict[int, Year] = {}
    for entry in (*_classes(trainee), *_others(trainee)):
        found.setdefault(entry.day.year, Year(entry.day.year)).entries.append(entry)
    for year in found.values():
        year.entries.sort(key=lambda entry: entry.day, reverse=True)
    return sorted(found.values(), key=lambda year: year.year, reverse=True)


def _classes(trainee: Trainee) -> list[Entry]:
    # The account ties what one person did in the posts of different units.
    same = Q(trainee=trainee)
    if trainee.user_ref is not None:
        same |= Q(trainee__user_ref=trainee.user_ref)
    enrolments = (
        Enrolment.objects.filter(
            same, state__in=[EnrolmentState.COMPLETED, EnrolmentState.INCOMPLETE]
        )
        .select_related("training_class__unit")
        .prefetch_related("certificates")
    )
    entries = []
    for enrolment in enrolments:
        valid = [item for item in enrolment.certificates.all() if item.state == "valid"]
        entries.append(
            Entry(
                day=enrolment.training_class.ends_on, title=enrolment.training_class.title,
                organizer=enrolment.training_class.unit.name, hours=enrolment.hours or Decimal(0),
                result=enrolment.get_state_display(),
                certificate=valid[0].number if valid else "",
                url=enrolment.get_absolute_url(),
                certificate_url=valid[0].get_absolute_url() if valid else "",
            )
        )  # fmt: skip
    return entries


def _others(trainee: Trainee) -> list[Entry]:
    same = Q(trainee=trainee)
    if trainee.user_ref is not None:
        same |= Q(trainee__user_ref=trainee.user_ref)
    return [
        Entry(other.ends_on, other.title, other.organizer, other.hours, "外部培训")
        for other in OtherTraining.objects.filter(same)
    ]


def trainees_for(actor: Actor) -> TenantQuerySet[Trainee]:
    """People of the post's reach, and the person who asks."""
    seen = Trainee.objects.within(actor.scope(VIEW_TRAINING)).values("pk")
    found: TenantQuerySet[Trainee] = Trainee.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen) | Q(user_ref=actor.user_id or 0)
    )
    return found.select_related("unit")


def own_trainee(actor: Actor) -> Trainee | None:
    if actor.user_id is None:
        return None
    return Trainee.objects.filter(user_ref=actor.user_id).select_related("unit").first()


def enrolments_for(actor: Actor) -> TenantQuerySet[Enrolment]:
    """Of the own reach, of the classes that the post runs, and one's own."""
    seen = Q(pk__in=Enrolment.objects.within(actor.scope(VIEW_TRAINING)).values("pk"))
    seen |= Q(trainee__user_ref=actor.user_id or 0)
    classes = TrainingClass.objects.within(actor.scope(MANAGE_TRAINING)).values("pk")
    found: TenantQuerySet[Enrolment] = Enrolment.objects.filter(  # type: ignore[assignment]
        seen | Q(training_class__in=classes)
    )
    return found.select_related("trainee", "unit", "training_class__unit")


def certificates_for(actor: Actor) -> TenantQuerySet[Certificate]:
    found: TenantQuerySet[Certificate] = Certificate.objects.filter(  # type: ignore[assignment]
        enrolment__in=enrolments_for(actor).values("pk")
    )
    return found.select_related("enrolment__trainee", "enrolment__training_class__unit")


def untrained(actor: Actor, *, years: int) -> TenantQuerySet[Appointment]:
    """Holders of posts who completed nothing for so many years; ``last_on`` says since when."""
    since = _years_ago(years)
    person = Q(trainee__user_ref=OuterRef("user_id")) | Q(
        trainee__unit_id=OuterRef("post__unit_id"), trainee__name=OuterRef("user__person_name")
    )
    done = Enrolment.objects.filter(person, state=EnrolmentState.COMPLETED)
    elsewhere = OtherTraining.objects.filter(person)
    scope = actor.scope(VIEW_TRAINING)
    terms = current_appointments().within(scope).filter(post__role__in=CADRES)
    terms = terms.annotate(
        in_class=Subquery(
            done.order_by("-training_class__ends_on").values("training_class__ends_on")[:1]
        ),
        outside=Subquery(elsewhere.order_by("-ends_on").values("ends_on")[:1]),
        last_on=Greatest("in_class", "outside"),
    ).filter(Q(last_on__isnull=True) | Q(last_on__lt=since))
    found: TenantQuerySet[Appointment] = terms.order_by("last_on", "post__unit__path", "pk")
    return found


def _years_ago(years: int) -> date:
    day = today()
    return date(day.year - years, day.month, min(day.day, 28))
