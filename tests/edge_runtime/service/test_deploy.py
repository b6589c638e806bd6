"""What `deploy/` starts, outside of a container and without systemd."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="needs the serve extra")

from edge_runtime.service.options import ServiceOptions

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
PORT = 5000


def instructions():
    """Return the lines of the Dockerfile by their instructions, joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def of(name):
    return [rest for found, rest in instructions() if found == name]


def unit():
    parser = configparser.ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str
    parser.read(DEPLOY / "edge-translate.service", encoding="utf-8")
    return parser


def test_what_the_image_copies_is_there_and_locked():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split("\n")
    for line in of("COPY"):
        *sources, _ = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in ignored, source
    install, *_ = of("RUN")
    lock = re.search(r"--requirement /src/(\S+)", install)[1]
    assert lock in " ".join(of("COPY"))
    assert "--hash=sha256:" in (ROOT / lock).read_text()


def test_what_they_start_is_a_service_that_is_well_and_stops_when_told(
    start_service, served_bundles
):
    """One service, with the options of the image and of the unit."""
    command, *arguments = json.loads(of("ENTRYPOINT")[0])
    assert (command, arguments[:2]) == ("edge-translate", ["serve", "--api"])
    service = unit()["Service"]
    command, *of_unit = shlex.split(service["ExecStart"])
    assert Path(command).name == "edge-translate"
    assert of_unit[:2] == ["serve", "--api"]
    bundles = [part for part in of_unit if part.startswith("/srv/")]
    assert len(bundles) == len(served_bundles)
    options = [part for part in of_unit[2:] if part not in bundles]
    assert int(service["TimeoutStopSec"]) > ServiceOptions().seconds_to_stop

    check = of("HEALTHCHECK")[0]
    health = json.loads(check[check.index("[") :])
    given = [*arguments[2:], *options, *served_bundles]
    with start_service(*given, host="0.0.0.0") as running:
        asked = [
            part.replace(f":{PORT}/", f":{running.port}/")
            for part in [sys.executable, *health[1:]]
        ]
        assert asked[1:] != health[1:]
        subprocess.run(asked, check=True, timeout=60)
        assert running.stop() == (0, "")
    gone = subprocess.run(asked, check=False, timeout=60, capture_output=True)
    assert gone.returncode != 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_understands_the_unit(tmp_path):
    text = (DEPLOY / "edge-translate.service").read_text()
    path = tmp_path / "edge-translate.service"
    path.write_text(text.replace("/opt/edge-translate/bin/edge-translate", "/bin/true"))
    subprocess.run(["systemd-analyze", "verify", path], check=True, timeout=60)
