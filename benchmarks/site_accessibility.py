"""Whether everybody can read the site: what axe-core finds on its pages.

    python benchmarks/site_accessibility.py build/site [--only zh] [--screenshots DIR]

Opens each page as a phone and a desktop computer show it, in light and dark colours.
Prints what is found, and fails where it is serious or critical, or where a page is
wider than the screen. Needs `make docs`, `npm ci` in edge_runtime/web, Node and a
browser.
"""

import functools
import http.server
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SERIOUS = ("serious", "critical")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Leave it unsaid."""


@click.command()
@click.argument("site", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", default="", help="Pages whose path has this.")
@click.option(
    "--screenshots", type=click.Path(path_type=Path), help="Folder for pictures."
)
def main(site: Path, only: str, screenshots: Path | None) -> None:
    """Print what axe-core finds on the pages of SITE."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise click.ClickException(f"one of {', '.join(BROWSERS)} must be installed.")
    if screenshots:
        screenshots.mkdir(parents=True, exist_ok=True)
    paths = sorted(str(path.relative_to(site)) for path in site.rglob("*.html"))
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        door = f"http://127.0.0.1:{server.server_port}"
        task = {
            "packages": str(ROOT / "edge_runtime" / "web" / "package.json"),
            "browser": browser,
            "addresses": [f"{door}/{path}" for path in paths if only in path],
            "screenshots": str(screenshots.resolve()) if screenshots else None,
        }
        output = subprocess.run(
            ["node", str(Path(__file__).with_suffix(".mjs"))],
            input=json.dumps(task),
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=True,
        ).stdout
        server.shutdown()
    views = [json.loads(line) for line in output.splitlines()]
    bad = 0
    for view in views:
        where = f"{view['path']} ({view['size']}, {view['colorScheme']})"
        if view["tooWide"]:
            click.echo(f"{where}: wider than the screen")
        for found in view["found"]:
            click.echo(f"{where}: {found['impact']}, {found['id']}: {found['places']}")
        serious = [f for f in view["found"] if f["impact"] in SERIOUS]
        bad += bool(view["tooWide"] or serious)
    click.echo(f"{len(views) - bad} of {len(views)} views have nothing serious")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
