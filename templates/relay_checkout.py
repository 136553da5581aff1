"""Reports what a Firefox Relay checkout lacks for phones, prepares it, or signs a browser in.

Run it in the checkout, with the checkout's own Python:

    python relay_checkout.py look --email ADDRESS
    python relay_checkout.py prepare --email ADDRESS --flag phones --flag free_phones
    python relay_checkout.py login --email ADDRESS --login ID
    python relay_checkout.py logout --email ADDRESS --login ID

Prints one JSON object: a report, or why it refused. It changes nothing if the database is not a local SQLite file, or
if another branch has migrated it. It can run again: what exists is kept. The ID names a session, and is no secret.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import uuid

OLDEST_PYTHON = (3, 11)
# The key of the data of a session that holds the ID of its login.
LOGIN_KEY = "relay_phone_login"
# With these engines a session is a row in Django's database, which can be found and deleted.
SESSION_ENGINES = ("django.contrib.sessions.backends.db", "django.contrib.sessions.backends.cached_db")


class Refusal(Exception):
    """Why the script refused: one word, and a detail without secrets."""


def main() -> None:
    options = read_options()
    # Relay's own output goes to standard error. Standard output holds only our answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        report = work(options)
    except Refusal as refusal:
        word, detail = refusal.args
        report = {"refusal": {"word": word, "detail": detail}}
    except Exception as error:
        report = {"refusal": {"word": "failure", "detail": describe(error)}}
    with answer:
        json.dump(report, answer)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["look", "prepare", "login", "logout"])
    parser.add_argument("--email", required=True)
    parser.add_argument("--login", default="")
    parser.add_argument("--flag", action="append", default=[])
    return parser.parse_args()


def work(options: argparse.Namespace) -> dict:
    start_django()
    database = find_database()
    applied, pending = list_migrations(database)
    if options.mode == "logout":
        return {"database": database, "ended": sign_out(options.login, applied)}
    if options.mode == "login":
        return {"database": database, "cookies": sign_in(find_login_user(options.email, pending), options.login)}
    changes = []
    token = None
    if options.mode == "prepare":
        verify_active(options.email, applied)
        token = prepare(options, pending, changes)
        pending = []
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "database": database,
        "exists": os.path.exists(database),
        "pending": pending,
        "changes": changes,
        "token": token,
        # With pending migrations the tables may not match the code.
        **({"flags": None, "user": None} if pending else look(options.email)),
    }


def start_django() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise Refusal("python", ".".join(map(str, sys.version_info[:3])))
    sys.path[0] = os.getcwd()
    os.environ["DJANGO_SETTINGS_MODULE"] = "privaterelay.settings"
    try:
        import django

        django.setup()
    except ImportError as error:
        raise Refusal("requirements", error.name or describe(error))
    except Exception as error:
        raise Refusal("settings", describe(error))


def find_database() -> str:
    """Returns the path of the local SQLite file, and refuses any other setup."""
    from django.conf import settings

    if settings.RELAY_CHANNEL != "local":
        raise Refusal("channel", settings.RELAY_CHANNEL)
    if not settings.PHONES_ENABLED:
        raise Refusal("phones", "")
    database = settings.DATABASES["default"]
    engine = database.get("ENGINE", "").rpartition(".")[2]
    name = str(database.get("NAME", ""))
    if engine != "sqlite3" or not name or "memory" in name:
        raise Refusal("database", engine if engine != "sqlite3" else "in memory")
    return os.path.abspath(name)


def list_migrations(database: str) -> tuple[set, list[str]]:
    """Returns the applied migrations and the names of pending ones. Refuses migrations of another branch."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    # A connection would create the file.
    loader = MigrationLoader(connection if os.path.exists(database) else None)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    applied = set(loader.applied_migrations)
    # Migrations of disabled apps do not come from another branch.
    strange = {key for key in applied - known if key[0] in loader.migrated_apps}
    if strange:
        raise Refusal("migrations", ", ".join(map(".".join, sorted(strange))))
    if rivals := loader.detect_conflicts():
        raise Refusal("rivals", ", ".join(f"{app}.{name}" for app, names in rivals.items() for name in names))
    return applied, sorted(map(".".join, set(loader.graph.nodes) - applied))


def verify_active(email: str, applied: set) -> None:
    if ("auth", "0001_initial") not in applied:
        return
    user = find_user(email)
    if user and not user.is_active:
        raise Refusal("user", email)


def prepare(options: argparse.Namespace, pending: list[str], changes: list[str]) -> str:
    """Creates what is missing, adds a line for each change to `changes`, and returns the user's API token."""
    from django.core.management import call_command
    from django.db import transaction

    if pending:
        call_command("migrate", interactive=False, verbosity=0)
        changes.append(f"migrations applied: {len(pending)}")
    with transaction.atomic():
        for name in options.flag:
            switch_on(name, changes)
        return make_user(options.email, changes)


def switch_on(name: str, changes: list[str]) -> None:
    from waffle import get_waffle_flag_model

    model = get_waffle_flag_model()
    flag = model.objects.filter(name=name).first() or model(name=name)
    if flag.everyone is not True:
        flag.everyone = True
        flag.save()
        changes.append(f"flag {name} switched on for everyone")


def make_user(email: str, changes: list[str]) -> str:
    """Creates a user with a local Mozilla account, which Relay requires for its phone service."""
    from allauth.socialaccount.models import SocialAccount
    from django.contrib.auth.models import User
    from rest_framework.authtoken.models import Token

    user = find_user(email)
    if user is None:
        user = User.objects.create_user(username=uuid.uuid4().hex, email=email)
        changes.append(f"user {email} made")
    if not user.socialaccount_set.filter(provider="fxa").exists():
        uid = uuid.uuid4().hex
        data = {"email": email, "uid": uid, "locale": "en-US,en", "subscriptions": []}
        SocialAccount.objects.create(user=user, provider="fxa", uid=uid, extra_data=data)
        changes.append(f"local Mozilla account for {email} made")
    token, is_new = Token.objects.get_or_create(user=user, defaults={"key": str(user.profile.api_token)})
    if is_new:
        changes.append(f"API token for {email} made")
    return token.key


def find_login_user(email: str, pending: list[str]):
    """Returns the user to sign in. Refuses one that is not prepared, and sessions that a browser or we cannot end."""
    from django.conf import settings

    if settings.SESSION_ENGINE not in SESSION_ENGINES:
        raise Refusal("sessions", settings.SESSION_ENGINE)
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN"):
        if getattr(settings, name):
            raise Refusal("cookies", name)
    user = None if pending else find_user(email)
    if user and not user.is_active:
        raise Refusal("user", email)
    if user is None or not user.socialaccount_set.filter(provider="fxa").exists():
        raise Refusal("unprepared", email)
    return user


def sign_in(user, login_id: str) -> list[dict]:
    """Starts a session, and returns the cookies that Django sets for it with the settings of Relay."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import login
    from django.contrib.sessions.middleware import SessionMiddleware
    from django.db import transaction
    from django.http import HttpRequest, HttpResponse
    from django.middleware.csrf import CsrfViewMiddleware

    request, response = HttpRequest(), HttpResponse()
    with transaction.atomic():
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        request.session[LOGIN_KEY] = login_id
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        for middleware in (CsrfViewMiddleware, SessionMiddleware):
            response = middleware(lambda _: response).process_response(request, response)
    return [
        {
            "name": name,
            "value": morsel.value,
            "path": morsel["path"],
            "maxAge": None if morsel["max-age"] == "" else int(morsel["max-age"]),
            # Only the page of Relay may have to read the CSRF token, never the session.
            "httpOnly": name == settings.SESSION_COOKIE_NAME or bool(morsel["httponly"]),
        }
        for name, morsel in response.cookies.items()
    ]


def sign_out(login_id: str, applied: set) -> int:
    """Ends the sessions of a login, and returns how many there were."""
    from importlib import import_module

    from django.conf import settings

    if settings.SESSION_ENGINE not in SESSION_ENGINES:
        raise Refusal("sessions", settings.SESSION_ENGINE)
    if ("sessions", "0001_initial") not in applied:
        return 0
    store = import_module(settings.SESSION_ENGINE).SessionStore
    sessions = store.get_model_class().objects.iterator()
    keys = [one.session_key for one in sessions if one.get_decoded().get(LOGIN_KEY) == login_id]
    for key in keys:
        store().delete(key)
    return len(keys)


def look(email: str) -> dict:
    from rest_framework.authtoken.models import Token
    from waffle import get_waffle_flag_model

    flags = {flag.name: flag.everyone is True for flag in get_waffle_flag_model().objects.all()}
    user = find_user(email)
    if user is None:
        return {"flags": flags, "user": None}
    token = Token.objects.filter(user=user).first()
    account = user.socialaccount_set.filter(provider="fxa").exists()
    # Relay creates missing rows of the flags that it reads, so read them only if they exist.
    asked = {"phones", "free_phones"} <= flags.keys()
    return {
        "flags": flags,
        "user": {
            "active": user.is_active,
            "account": account,
            "phone": asked and account and user.profile.has_phone,
            "token": token and hashlib.sha256(token.key.encode()).hexdigest(),
        },
    }


def find_user(email: str):
    from django.contrib.auth.models import User

    return User.objects.filter(email__iexact=email).order_by("id").first()


def describe(error: Exception) -> str:
    """Returns the exception type and the first line of its message, without a traceback."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


if __name__ == "__main__":
    main()
