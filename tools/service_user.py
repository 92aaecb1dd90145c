"""PostgreSQL refuses to run as root; this finds it an account and files that account can reach."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.console import say
from tools.places import short_name

ACCOUNT = "gongjian"


@dataclass(frozen=True)
class ServiceUser:
    """The account the embedded databases run under; `uid` is None when it is our own."""

    uid: int | None
    gid: int | None
    name: str

    def popen_options(self) -> dict[str, Any]:
        """Options of subprocess that become this user without any setuid program."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_use(self, path: Path) -> bool:
        """Ask the system itself: modes, parents and access lists all have a say."""
        if self.uid is None:
            return os.access(path, os.X_OK)
        asked = subprocess.run(
            ["test", "-x", str(path)],
            cwd="/",
            capture_output=True,
            check=False,
            **self.popen_options(),
        )
        return asked.returncode == 0

    def make_folder(self, path: Path, mode: int = 0o700) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        self.own(path)
        return path


def find() -> ServiceUser:
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid()) if os.geteuid() in _known_ids() else None
        return ServiceUser(None, None, me.pw_name if me else str(os.geteuid()))
    for name in (ACCOUNT, "nobody"):
        if name == ACCOUNT and not _exists(name):
            _create(name)
        if _exists(name):
            account = pwd.getpwnam(name)
            return ServiceUser(account.pw_uid, account.pw_gid, name)
    return ServiceUser(65534, 65534, "65534")


def _known_ids() -> set[int]:
    return {account.pw_uid for account in pwd.getpwall()}


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _create(name: str) -> None:
    if not shutil.which("useradd"):
        return
    say(
        f"数据库不能以 root 身份运行，新建系统账户 {name}（无密码、不能登录）",
        "PostgreSQL refuses to run as root; adding a system account without login",
    )
    subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", name],
        capture_output=True,
        check=False,
    )  # fmt: skip


def state_folder(data_dir: Path, user: ServiceUser) -> Path:
    """Return the folder for the database files: the data folder, unless the account is shut out.

    A clone below `/root` (mode 0700) is the usual case: the files then go to `/var/lib`, since
    opening up root's own folder is not ours to do.
    """
    if user.can_use(data_dir):
        return data_dir
    elsewhere = Path("/var/lib") / f"gongjian-{short_name(data_dir)}"
    if not elsewhere.is_dir():
        say(
            f"账户 {user.name} 无法进入 {data_dir}，数据库文件改放在 {elsewhere}",
            f"{user.name} cannot enter the data folder; database files go to {elsewhere}",
        )
    elsewhere.mkdir(parents=True, exist_ok=True)
    elsewhere.chmod(0o755)
    return elsewhere


def reachable(program: Path, package: Path, state: Path, user: ServiceUser, version: str) -> Path:
    """Return `program`, or its place in a copy of `package` when the account cannot reach it.

    The library folder auditwheel puts beside a package goes along, since the programs look for
    it relative to themselves.
    """
    if user.can_use(program):
        return program
    copies = state / "programs" / f"{package.name}-{version}"
    copied = copies / package.name / program.relative_to(package)
    if not copied.exists():
        shutil.rmtree(copies, ignore_errors=True)
        unfinished = copies.with_name(copies.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for source in (package, package.with_name(package.name + ".libs")):
            if source.is_dir():
                shutil.copytree(source, unfinished / source.name, symlinks=True)
        unfinished.rename(copies)
    for folder in (state / "programs", copies):
        folder.chmod(0o755)
    return copied
