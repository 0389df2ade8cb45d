"""Demonstration accounts: one for each role, on both sides of a county line, and an administrator."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Permission
from django.db.models import Q

from accounts.models import Grant, User
from accounts.roles import Role

ITERATIONS = 1_000
"""A random password of 132 bits needs no slow hash; Django makes it slow again at the first login."""
QUICK = f"{PBKDF2PasswordHasher.algorithm}${ITERATIONS}$"
EDITED_IN_ADMIN = (("layers", ""), ("fieldwork", "helperassignment"), ("oversight", "plantarget"))


@dataclass(frozen=True, slots=True)
class Account:
    """One account: where it may do what its role may do. Without a role it is the administrator."""

    title: str
    role: Role | None
    areas: tuple[str, ...]
    staff: bool = False


ACCOUNTS: Mapping[str, Account] = {
    "planner": Account("规划人员(示例)", Role.PLANNER, ("4512",)),
    "county_planner": Account("县规划人员(示例)", Role.PLANNER, ("451221",)),
    "neighbour_planner": Account("邻县规划人员(示例)", Role.PLANNER, ("451222",)),
    "approver": Account("审批人员(示例)", Role.APPROVER, ("4512",)),
    "field": Account("信息采集员(示例)", Role.FIELD, ("451221",)),
    "official": Account("自然资源干部(示例)", Role.LAND_OFFICIAL, ("4512",)),
    "leader": Account("领导(示例)", Role.LEADER, ("45",)),
    "steward": Account("数据管理员(示例)", Role.STEWARD, ("45",), staff=True),
    "auditor": Account("审计人员(示例)", Role.AUDITOR, ("45",)),
    "admin": Account("系统管理员(示例)", None, (), staff=True),
}

Passwords = dict[str, dict[str, object]]


def accounts_ensure(*, path: Path, using: str) -> Passwords:
    """Make the accounts that are missing and return name, password and areas of each.

    Parameters
    ----------
    path
        The file that keeps the passwords. It belongs to its owner alone; passwords in it stay as they are.
    """
    known: Passwords = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found: Passwords = {}
    for name, account in ACCOUNTS.items():
        password = str(known.get(name, {}).get("password") or secrets.token_urlsafe(16))
        user_ensure(name, account, password, using)
        found[name] = {"username": name, "password": password, "areas": list(account.areas)}
    return found


def user_ensure(name: str, account: Account, password: str, using: str) -> None:
    """Make a user with its password, rights and grants, where anything of it is missing."""
    user = User.objects.using(using).filter(username=name).first()
    if user is None:
        user = User(username=name)
    wanted = {"display_name": account.title, "is_staff": account.staff, "is_superuser": account.role is None}
    hasher = PBKDF2PasswordHasher()
    # A hash that is slow by now was made at a login with this password, or by somebody who chose another one.
    slow = bool(user.password) and not user.password.startswith(QUICK)
    fits = bool(user.password) and (slow or hasher.verify(password, user.password))
    if not fits or any(getattr(user, key) != value for key, value in wanted.items()):
        for key, value in wanted.items():
            setattr(user, key, value)
        if not fits:
            user.password = hasher.encode(password, hasher.salt(), iterations=ITERATIONS)
        user.save(using=using)
    if account.role is None:
        return
    for division in account.areas:
        Grant.objects.using(using).get_or_create(user=user, role=account.role, division=division, site="")
    if account.staff:
        test = Q()
        for app, model in EDITED_IN_ADMIN:
            test |= (
                Q(content_type__app_label=app, content_type__model=model) if model else Q(content_type__app_label=app)
            )
        rights = Permission.objects.using(using).filter(test).exclude(content_type__model__endswith="event")
        user.user_permissions.add(*rights)


def passwords_keep(path: Path, passwords: Passwords) -> None:
    """Write the file of passwords, readable by its owner only, in one step."""
    text = json.dumps(passwords, ensure_ascii=False, indent=2) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        path.chmod(0o600)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
