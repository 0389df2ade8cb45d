"""Environment variables become typed values; what cannot be read becomes a sentence."""

from pathlib import Path

import pytest

from gisapp import env


@pytest.fixture
def problems(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(env, "problems", found)
    return found


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_unset_and_empty_take_the_default(monkeypatch, problems, empty):
    if empty is None:
        monkeypatch.delenv("X", raising=False)
    else:
        monkeypatch.setenv("X", empty)
    assert env.text("X", "d") == "d"
    assert env.flag("X", default=True) is True
    assert env.integer("X", 7) == 7
    assert env.words("X", ["a"]) == ["a"]
    assert env.one_of("X", ("a", "b"), default="b") == "b"
    assert env.folder("X", Path("/d")) == Path("/d")
    assert env.clock("X", (2, 30)) == (2, 30)
    assert problems == []


@pytest.mark.parametrize(
    ("given", "expected"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)]
)
def test_flag_reads_yes_and_no(monkeypatch, problems, given, expected):
    monkeypatch.setenv("X", given)
    assert env.flag("X", default=not expected) is expected


@pytest.mark.parametrize("given", ["-1", "1.5", "ten", "٣", "1e3"])
def test_what_is_no_whole_number_is_reported(monkeypatch, problems, given):
    monkeypatch.setenv("X", given)
    assert env.integer("X", 60) == 60
    assert problems == [f"X={given!r} is not a whole number of 0 or more."]


def test_an_unknown_word_is_reported_with_the_known_ones(monkeypatch, problems):
    monkeypatch.setenv("X", "prod")
    assert env.one_of("X", ("demo", "production"), default="demo") == "demo"
    assert problems == ["X='prod' is not one of demo, production."]


def test_a_doubtful_flag_is_reported(monkeypatch, problems):
    monkeypatch.setenv("X", "maybe")
    assert env.flag("X", default=False) is False
    assert problems == ["X='maybe' is neither yes nor no (1 or 0)."]


def test_a_secret_comes_from_a_file(monkeypatch, problems, tmp_path):
    (tmp_path / "secret").write_text("a secret\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    assert env.text("X", "d") == "a secret"
    assert problems == []


def test_a_secret_given_twice_is_reported(monkeypatch, problems, tmp_path):
    (tmp_path / "secret").write_text("of the file")
    monkeypatch.setenv("X", "given")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    assert env.text("X") == "given"
    assert problems == ["X and X_FILE are both set: leave one out."]


def test_a_file_that_cannot_be_read_is_reported_once(monkeypatch, problems):
    monkeypatch.setenv("X_FILE", "/nowhere")
    assert [env.text("X", "d") for _each in range(2)] == ["d", "d"]
    assert problems == ["X_FILE='/nowhere' cannot be read."]


def test_words_are_split_at_commas(monkeypatch, problems):
    monkeypatch.setenv("X", " a.example.org, b.example.org ,")
    assert env.words("X") == ["a.example.org", "b.example.org"]


def test_a_relative_folder_becomes_absolute(monkeypatch, problems, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X", "data")
    assert env.folder("X", Path("/d")) == tmp_path / "data"


@pytest.mark.parametrize(("given", "expected"), [("02:30", (2, 30)), ("2:05", (2, 5)), ("23:59", (23, 59))])
def test_a_time_of_day_is_read(monkeypatch, problems, given, expected):
    monkeypatch.setenv("X", given)
    assert env.clock("X", (0, 0)) == expected
    assert problems == []


@pytest.mark.parametrize("given", ["24:00", "2:5", "2.30", "noon", "٠٢:٣٠"])
def test_what_is_no_time_of_day_is_reported(monkeypatch, problems, given):
    monkeypatch.setenv("X", given)
    assert env.clock("X", (2, 30)) == (2, 30)
    assert problems == [f"X={given!r} is not a time like 02:30."]
