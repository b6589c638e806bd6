"""What MkDocs calls while it builds the site.

A page asks for what is generated from the code with a comment of its own line, such as
`<!-- generated: recipe -->`.
"""

import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

sys.path.append(str(Path(__file__).parent))  # MkDocs loads a hook by its path alone
from accessible_page import accessible
from generated_parts import GENERATORS, DocumentationError
from page_language import language_of, with_link

_GENERATED = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Put in what is generated, and a link to the page in the other language."""

    def generate(comment: re.Match[str]) -> str:
        try:
            return GENERATORS[comment[1]]()
        except (KeyError, DocumentationError) as error:
            raise PluginError(f"{page.file.src_uri}: {error}") from error

    markdown = _GENERATED.sub(generate, markdown)
    return with_link(markdown, page.file.src_uri)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Tell browsers and screen readers what the theme does not."""
    language = language_of(page.file.src_uri)
    output = output.replace('<html lang="en"', f'<html lang="{language}"', 1)
    return accessible(output, language)


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """Do the same for the page of what is not there."""
    return accessible(output, "en") if template_name == "404.html" else output
