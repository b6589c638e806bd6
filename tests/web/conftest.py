"""The built page, a browser to open it in, and tiny bundles to open with it."""

import fcntl
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.text.tokenizer import Tokenizer

ROOT = Path(__file__).parents[2]
WEB = ROOT / "edge_runtime" / "web"
PAGE = ROOT / "edge_runtime" / "web_page"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def load_tiny_bundles():
    """Return the module that the edge runtime's tests make their bundles with."""
    path = ROOT / "tests" / "edge_runtime" / "conftest.py"
    spec = importlib.util.spec_from_file_location("tiny_bundles", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def is_outdated():
    """Whether the page was never built, or a source is newer than it."""
    page = PAGE / "index.html.gz"
    if not page.exists():
        return True
    names = ("index.html", "package-lock.json", "src", "public", "notices")
    inputs = [*(WEB / name for name in names), *WEB.glob("*.ts")]
    files = [file for path in inputs for file in (path, *path.rglob("*"))]
    return max(file.stat().st_mtime for file in files) > page.stat().st_mtime


@pytest.fixture(scope="session")
def web_packages():
    """Packages that the page needs of Node, installed where they are not or are old."""
    if not shutil.which("npm"):
        pytest.skip("Node is not installed: the page was not tested.")
    with (WEB / ".gitignore").open() as lock:  # any file that is always there
        fcntl.flock(lock, fcntl.LOCK_EX)
        # npm writes this file at the end of every installation.
        installed = WEB / "node_modules" / ".package-lock.json"
        wanted = WEB / "package-lock.json"
        if not installed.exists() or (
            installed.stat().st_mtime < wanted.stat().st_mtime
        ):
            npm("ci")
    return WEB / "package.json"


@pytest.fixture(scope="session")
def browser():
    """Path of a browser."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    return pytest.skip(f"No browser ({', '.join(BROWSERS)}): the page was not tested.")


@pytest.fixture(scope="session")
def built_page(web_packages):
    """Node's packages of the page, which is built where it is not."""
    if is_outdated():
        npm("run", "build")
    return web_packages


@pytest.fixture(scope="session")
def run_scenario(built_page, browser):
    """A function that plays one scenario and returns what it saw."""

    def serve(bundle):
        command = [sys.executable, "-m", "edge_runtime", "serve", str(bundle)]
        return [*command, "--port", "0"]

    def run(scenario, bundle, timeout=100, then=None, **needs):
        """`then` is a bundle that is served after the first one."""
        task = {
            "packages": str(built_page),
            "browser": browser,
            "serve": serve(bundle),
            "next": None if then is None else serve(then),
            **needs,
        }
        result = subprocess.run(
            ["node", str(Path(__file__).parent / "scenarios.mjs"), scenario],
            input=json.dumps(task),
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=ROOT,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture(scope="session")
def tiny():
    """The module that makes tiny bundles."""
    return load_tiny_bundles()


@pytest.fixture(scope="session")
def shared_files(tiny):
    """A bundle with attention and one tokenizer for both sides, in memory."""
    model = tiny.train_tokenizer(tiny.SOURCE_LINES, 80)
    size = Tokenizer(model).vocab_size
    return tiny.build_bundle((model, model), (size, size), True, 1, shared=True)


def npm(*arguments):
    subprocess.run(["npm", *arguments], cwd=WEB, check=True, capture_output=True)
