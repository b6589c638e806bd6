"""A translation service with LibreTranslate's HTTP interface; the extra `serve`.

Nothing else in `edge_runtime` imports it, but for the functions of one command.
"""
