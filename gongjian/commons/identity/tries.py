"""Limits of sign-in tries that stop guessing and that nobody can use to lock others out.

The right password from a network that has not itself failed too often always
opens the door: what an attacker does elsewhere makes his own tries scarcer,
and nobody else's impossible. A county behind one address signs in as one
person does, for only failures count.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from gongjian.commons.identity.models import SignInTry

WINDOW = timedelta(minutes=5)
#: Failures of one account from one network within the window.
PER_PAIR = 5
#: Failures of an account from everywhere, or of a network on all accounts, after
#: which a pair has one try only.
PER_ACCOUNT = 20
PER_NETWORK = 300


@dataclass(frozen=True, slots=True)
class Door:
    """One account tried from one network, both as hashes."""

    account: str
    network: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "account", _hashed(plain_login(self.account)))
        object.__setattr__(self, "network", _hashed(network_of(self.network)))


def plain_login(login: str) -> str:
    """Variants of one name share one counter: full-width letters, capitals, blanks."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def network_of(address: str) -> str:
    """The /24 or /48 of an address; an attacker changes the rest at will."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def try_door(door: Door) -> SignInTry | None:
    """Count a try before it is made; None when there have been too many.

    Tries of one pair go one after the other, so that a hundred at once count
    as a hundred; others do not wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [door.account + door.network]
        )
    recent = SignInTry.objects.filter(at__gt=timezone.now() - WINDOW)
    here = Q(account=door.account, network=door.network)
    failures = recent.filter(Q(account=door.account) | Q(network=door.network)).aggregate(
        pair=Count("pk", filter=here),
        account=Count("pk", filter=Q(account=door.account)),
        network=Count("pk", filter=Q(network=door.network)),
    )
    under_attack = failures["account"] >= PER_ACCOUNT or failures["network"] >= PER_NETWORK
    if failures["pair"] >= (1 if under_attack else PER_PAIR):
        return None
    return SignInTry.objects.create(account=door.account, network=door.network)


def succeeded(attempt: SignInTry) -> None:
    """A try that opened the door was no failure; those before it still count."""
    attempt.delete()


def forget_old_tries() -> None:
    SignInTry.objects.filter(at__lt=timezone.now() - 4 * WINDOW).delete()


def _hashed(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
