"""Lines of the log: they can be followed, and hold nothing that somebody confided to the office."""

import io
import json
import logging
import logging.config
import time

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import AccessRecord
from accounts.roles import Role, Through
from gisapp.cluster import CONFIGURATION
from gisapp.logs import ObjectFormatter, watch_queries, without_literals, without_personal_data
from tests.factories import user_with
from tests.jobs import declared
from tests.jobs.workers import work_off

NAME, ID_NUMBER, PHONE = "欧阳示例某", "451221199001011234", "13907780000"


@pytest.fixture
def written():
    """Write the log as production does, into memory."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    rules = configured.LOGGING
    built = logging.config.DictConfigurator({**rules, "handlers": {}, "root": {}, "loggers": {}})
    handler.setFormatter(built.configure_formatter(dict(rules["formatters"]["json"])))
    handler.addFilter(built.configure_filter(dict(rules["filters"]["request"])))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def objects(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_its_moment(written):
    logging.getLogger("test").warning("一行\n另一行 %s", "text", extra={"ms": 5, "request": object()})
    (line,) = objects(written)
    assert {name: line[name] for name in ("level", "logger", "message", "request_id", "user_id", "ms")} == {
        "level": "WARNING",
        "logger": "test",
        "message": "一行\n另一行 text",
        "request_id": "-",
        "user_id": "-",
        "ms": 5,
    }
    assert line["at"].startswith("20")
    assert "request" not in line


@pytest.mark.django_db
def test_the_lines_of_a_request_carry_its_number_and_its_user(written, client):
    user = user_with(Role.PLANNER, "451221")
    client.force_login(user)
    written.truncate(0)
    written.seek(0)
    answer = client.get("/layers/sites/AZ-NONE/")
    assert answer.status_code == 404
    lines = [line for line in objects(written) if line["logger"] == "django.request"]
    assert [(line["request_id"], line["user_id"]) for line in lines] == [(answer.headers["X-Request-ID"], user.pk)]
    assert answer.headers["X-Request-ID"] in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_lines_of_a_job_carry_its_number_and_its_requester(written):
    user = user_with(Role.PLANNER, "451221")
    job = declared.tell.start(user=user, through=Through.PAGE)
    work_off()
    assert [(line["request_id"], line["user_id"]) for line in objects(written) if line["logger"] == "tests.jobs"] == [
        (str(job), user.pk)
    ]
    ended = [line for line in objects(written) if "state=SUCCESSFUL" in line["message"]]
    assert [line["request_id"] for line in ended] == [str(job)]
    assert AccessRecord.objects.get().request_id == str(job)
    logging.getLogger("test").warning("after")
    assert objects(written)[-1]["request_id"] == "-"


@pytest.mark.django_db
def test_a_request_that_changes_something_has_a_line_without_its_question(written, client):
    client.post(f"/i18n/setlang/?q={NAME}", {"language": "en"})
    (line,) = [line for line in objects(written) if line["logger"] == "gisapp.requests"]
    assert (line["method"], line["path"], line["status"], line["level"]) == ("POST", "/i18n/setlang/", 302, "INFO")
    assert NAME not in written.getvalue()


def test_a_slow_request_has_a_line(written, client, settings):
    settings.SLOW_REQUEST_MS = 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.gisapp.test_logs.late"]
    Client().get("/healthz")
    (line,) = [line for line in objects(written) if line["logger"] == "gisapp.requests"]
    assert (line["path"], line["level"]) == ("/healthz", "WARNING")
    assert line["ms"] >= 10


def late(get_response):
    def answer(request):
        time.sleep(0.01)
        return get_response(request)

    return answer


@pytest.mark.django_db
def test_a_slow_query_is_told_without_its_parameters(written, settings):
    settings.SLOW_QUERY_MS = 20
    watch_queries(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_sleep(0.03), %s::text, '{PHONE}', 'it''s {NAME}'", [NAME])
        cursor.execute("SELECT 1")
    (line,) = [line for line in objects(written) if line["logger"] == "gisapp.queries"]
    assert line["sql"] == "SELECT pg_sleep(0.03), %s::text, '…', '…'"
    assert line["ms"] >= 30
    assert NAME not in written.getvalue()


@pytest.mark.django_db
def test_a_failed_query_is_told_too(written, settings):
    settings.SLOW_QUERY_MS = 0
    settings.SLOW_QUERY_MS = 1
    watch_queries(connection)
    with pytest.raises(Exception, match="division by zero"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / (SELECT 0 FROM pg_sleep(0.01))")
    assert [line for line in objects(written) if line["logger"] == "gisapp.queries"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("INSERT INTO accounts_accessrecord (subject, purpose) VALUES (%s, %s)", "Failing row contains"),
        ("INSERT INTO layers_issuereport (code, accuracy_m) VALUES (%s, %s)", "accuracy_m"),
        ("SELECT %s, (%s::text)::integer", "invalid input syntax"),
    ],
)
def test_an_error_of_the_database_does_not_tell_the_row(written, statement, told):
    log = logging.getLogger("test")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, ["W-1", NAME])
    except DatabaseError as error:
        said = str(error)
        log.exception("not stored")
        log.error("not stored: %s", error)  # noqa: TRY400  as careless code would
    assert told in said
    assert NAME in said
    text = written.getvalue()
    assert text.count("not stored") == 2
    assert "left out" in text
    assert NAME not in text


def test_numbers_of_people_are_left_out_wherever_they_stand():
    assert (
        without_personal_data(f"{NAME} {ID_NUMBER}, tel. {PHONE}; 45122119900101123x") == f"{NAME} ***, tel. ***; ***"
    )
    for number in ("3f8be6d5-64fd-470a-bf67-13653033298f", "13653033298f0000aaaabbbbccccdddd"):
        assert without_personal_data(f"job {number}: {PHONE}") == f"job {number}: ***"
    assert without_personal_data("batch 451221001001, 1790000000000 ms") == "batch 451221001001, 1790000000000 ms"


def test_a_literal_is_left_out_and_a_placeholder_stays():
    assert without_literals("a = 'O''Hara' AND b = %s AND c = ''") == "a = '…' AND b = %s AND c = '…'"


def test_production_writes_objects():
    assert issubclass(ObjectFormatter, logging.Formatter)
    assert configured.LOGGING["handlers"]["console"]["formatter"] in {"lines", "json"}
    assert configured.LOGGING["handlers"]["console"]["filters"] == ["request"]


def test_the_cluster_writes_no_statement_into_its_own_log():
    lines = CONFIGURATION.splitlines()
    for one in ("log_min_duration_statement = -1", "log_min_error_statement = panic", "log_error_verbosity = terse"):
        assert one in lines
