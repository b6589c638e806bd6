"""What the theme leaves out for people who do not see a page, or use no mouse."""

import re

_SEARCH = {"en": "Search", "zh": "搜索"}
_LABEL = re.compile(r'aria-label="[^"]*"')


def accessible(html: str, language: str) -> str:
    """Return a page whose dialogs have names and whose tables can be scrolled by keys.

    Args:
        html: The whole page, as the theme makes it.
        language: Language code of the page.
    """
    html = html.replace(
        'data-md-component="search" role="dialog"',
        f'data-md-component="search" role="dialog" aria-label="{_SEARCH[language]}"',
    )
    # The theme escapes titles a second time there.
    html = _LABEL.sub(
        lambda label: re.sub("&amp;(lt|gt|amp);", r"&\1;", label[0]), html
    )
    return html.replace("<table>", '<table tabindex="0">')
