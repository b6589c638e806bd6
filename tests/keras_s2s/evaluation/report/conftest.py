"""A browser without a network, to open reports in."""

import shutil
import subprocess

import pytest

FRAME = """
<iframe src="{name}" style="border: 0; width: {width}px; height: 900px"></iframe>
<script>
addEventListener("message", (event) => {{ document.body.dataset.found = event.data; }});
</script>
"""


@pytest.fixture
def browse(tmp_path):
    """A function that opens a page in headless Chromium.

    It returns what Chromium prints and the lines of its console.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("No Chromium (Debian's package chromium): the page was not opened.")

    def open_page(path, *arguments):
        return open_in(chromium, path, tmp_path / "profile", *arguments)

    return open_page


@pytest.fixture
def browse_framed(browse):
    """A function that opens a page at an exact width and returns its whole DOM.

    A window is 500 pixels wide at least; a frame is as narrow as it is asked to be.
    What the page posts to its parent is in the attribute `data-found`.
    """

    def open_page(path, width):
        frame = path.with_name("frame.html")
        frame.write_text(FRAME.format(name=path.name, width=width), encoding="utf-8")
        return browse(frame, "--window-size=1400,1000", "--dump-dom")

    return open_page


def open_in(chromium, path, profile, *arguments):
    """Open a page in headless Chromium; return what it prints and its console."""
    done = subprocess.run(
        [
            chromium,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
            *("--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
            f"--user-data-dir={profile}",
            "--host-resolver-rules=MAP * ~NOTFOUND",  # the network is off
            "--enable-logging=stderr",
            "--virtual-time-budget=2000",
            *arguments,
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return done.stdout, console
