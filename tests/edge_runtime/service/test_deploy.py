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


def test_the_image_starts_the_service_and_asks_it_whether_it_is_well(
    start_service, served_bundles
):
    command, *arguments = json.loads(of("ENTRYPOINT")[0])
    assert (command, arguments[:2]) == ("edge-translate", ["serve", "--api"])
    check = of("HEALTHCHECK")[0]
    health = json.loads(check[check.index("[") :])
    with start_service(*arguments[2:], served_bundles[0], host="0.0.0.0") as service:
        asked = [
            part.replace(f":{PORT}/", f":{service.port}/")
            for part in [sys.executable, *health[1:]]
        ]
        assert asked[1:] != health[1:]
        subprocess.run(asked, check=True, timeout=60)
        assert service.stop() == (0, "")
    gone = subprocess.run(asked, check=False, timeout=60, capture_output=True)
    assert gone.returncode != 0


def test_the_unit_starts_the_service(start_service, served_bundles):
    service = unit()["Service"]
    command, *arguments = shlex.split(service["ExecStart"])
    assert Path(command).name == "edge-translate"
    assert arguments[:2] == ["serve", "--api"]
    bundles = [part for part in arguments if part.startswith("/srv/")]
    options = [part for part in arguments[2:] if part not in bundles]
    assert len(bundles) == len(served_bundles)
    with start_service(*options, *served_bundles) as running:
        assert running.get("/health") == (200, {"status": "ok"})
    stop = int(service["TimeoutStopSec"])
    from edge_runtime.service.options import ServiceOptions

    assert stop > ServiceOptions().seconds_to_stop


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_understands_the_unit(tmp_path):
    text = (DEPLOY / "edge-translate.service").read_text()
    path = tmp_path / "edge-translate.service"
    path.write_text(text.replace("/opt/edge-translate/bin/edge-translate", "/bin/true"))
    subprocess.run(["systemd-analyze", "verify", path], check=True, timeout=60)
