"""The programs in script/ refuse what they do not understand, with a sentence."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / command[0]), *command[1:]], capture_output=True, text=True, check=False, cwd="/")


@pytest.mark.parametrize("name", ["demo", "test", "bootstrap", "server"])
def test_help_says_what_it_does(name):
    done = run(f"script/{name}", "--help")
    assert done.returncode == 0
    assert f"script/{name}" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--scale", "huge"], "--scale is small, guangxi or national, not ‘huge’."),
        (["--scale"], "An option lacks its value."),
        (["--port", "http"], "--port is a number, not ‘http’."),
        (["--port", "70000"], "--port is between 1 and 65535, not 70000."),
        (["--ports", "8000"], "script/demo knows no --ports."),
    ],
)
def test_demo_refuses_what_it_does_not_understand(arguments, sentence):
    done = run("script/demo", *arguments)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == sentence
    assert done.stdout == ""


def test_a_failing_step_stops_and_says_what_to_do(tmp_path):
    program = f"""
set -eu -o pipefail
cd {tmp_path}
. {ROOT}/script/lib
work() {{ echo first; false; echo never; }}
step 'The title' 'The remedy.' work
echo carried on
"""
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "The title" in done.stdout
    assert "FAILED" in done.stdout
    assert "first" in done.stdout
    assert "never" not in done.stdout
    assert "carried on" not in done.stdout
    assert "The remedy." in done.stderr


def test_a_step_that_works_shows_its_time_and_keeps_its_output_in_the_log(tmp_path):
    program = f"set -eu; cd {tmp_path}; . {ROOT}/script/lib; step 'The title' 'The remedy.' echo quiet"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("  The title ")
    assert done.stdout.endswith(" s\n")
    assert "quiet" not in done.stdout
    assert "quiet" in (tmp_path / "var/log/setup.log").read_text()


@pytest.mark.parametrize("name", ["demo", "bootstrap", "server", "worker", "test", "messages", "lock"])
def test_nothing_names_a_machine_or_a_registry(name):
    text = (ROOT / "script" / name).read_text(encoding="utf-8")
    assert not [word for word in ("/root", "/home", "pypi.org", "registry.npmjs", "deb.debian.org") if word in text]


def test_gdal_of_another_release_is_refused_with_a_sentence(tmp_path):
    """Each supported Python has one pin, and bootstrap compares it with what gdal-config says."""
    pins = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("gdal==")]
    assert [pin.split()[0] for pin in pins] == ["gdal==3.6.2", "gdal==3.8.4", "gdal==3.10.3"]
    config = tmp_path / "gdal-config"
    config.write_text("#!/bin/sh\necho 2.4.0\n")
    config.chmod(0o755)
    done = subprocess.run(
        [str(ROOT / "script/bootstrap")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "This system has libgdal 2.4.0, and requirements.txt pins gdal" in done.stderr
