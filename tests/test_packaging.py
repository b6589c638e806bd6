"""What the files that install, build and test the project say of each other."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from edge_runtime.version import __version__

packaging = pytest.importorskip("packaging", reason="onnxruntime brings it")
from packaging.requirements import Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINNED = re.compile(r"^([a-z0-9.-]+)==([^ ]+)(?: ; (.*?))? \\$", re.MULTILINE)


def requirements(extra):
    """Return what an extra asks for, those included that it names."""
    found = []
    for line in PROJECT["optional-dependencies"][extra]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:
            for name in requirement.extras:
                found += requirements(name)
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("edge", ["identify", "test"]),
        ("dev", ["dev"]),
        ("docs", ["docs"]),
        ("serve", ["identify", "serve"]),
    ],
)
def test_the_lock_holds_what_the_project_asks_for(lock, extras):
    """`make lock` is due where this fails."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    versions = {}
    for name, version, _ in PINNED.findall(text):
        versions.setdefault(name, []).append(version)
    base = [Requirement(line) for line in PROJECT["dependencies"]]
    asked = [each for extra in extras for each in requirements(extra)]
    for requirement in [*base, *asked]:
        name = canonicalize_name(requirement.name)
        assert name in versions, requirement
        for version in versions[name]:
            assert version in requirement.specifier, requirement
    assert "setuptools" in versions, "it builds the project without an index"
    for block in re.split(r"\n(?=[a-z])", text)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_workflows_run_pinned_actions_and_may_only_read():
    workflows = [*(ROOT / ".github" / "workflows").iterdir()]
    assert workflows
    for file in workflows:
        text = file.read_text()
        used = re.findall(r"uses: *(.*)", text)
        assert used
        for action in used:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
        assert re.search(r"^permissions:\n  contents: read\n\S", text, re.MULTILINE)
        assert text.count("permissions:") == 1


@pytest.mark.parametrize(
    ("heading", "exit_code"),
    [
        ("## 1.2.0, 2030-01-31", 0),
        ("## 1.2.0, not released yet", 1),
        ("## 1.2.01, 2030-01-31", 1),
    ],
)
def test_a_release_needs_its_date_in_the_changelog(tmp_path, heading, exit_code):
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    (command,) = re.findall(r"- name: The changelog .*\n *run: (.*)", workflow)
    older = "## 1.1.0, not released yet"
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n\n{older}\n")
    environment = {**os.environ, "GITHUB_REF_NAME": "v1.2.0"}
    found = subprocess.run(
        ["bash", "-ec", command], cwd=tmp_path, env=environment, check=False
    )
    assert found.returncode == exit_code


def test_the_page_has_the_version_of_the_package():
    web = ROOT / "edge_runtime" / "web"
    package = json.loads((web / "package.json").read_text())
    locked = json.loads((web / "package-lock.json").read_text())
    assert package["version"] == __version__
    assert locked["version"] == locked["packages"][""]["version"] == __version__


def test_the_citation_has_the_version_of_the_package():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (version,) = re.findall(r"^version: (.*)$", citation, re.MULTILINE)
    assert version == __version__


def test_every_extra_that_is_named_is_one_of_the_project():
    """Errors and documents say `keras-s2s[…]` to whoever lacks a package."""
    extras = set(PROJECT["optional-dependencies"])
    places = [
        path
        for folder in ("docs", "edge_runtime", "export", "keras_s2s")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".md", ".py") and "node_modules" not in path.parts
    ]
    named = {
        extra.strip()
        for path in [*places, ROOT / "README.md"]
        for group in re.findall(
            r"keras-s2s\[([a-z, ]+)\]", path.read_text(encoding="utf-8")
        )
        for extra in group.split(",")
    }
    assert {"documents", "identify", "serve", "train"} <= named <= extras
