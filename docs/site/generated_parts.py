"""Parts of the reference that are made from the code."""

import ast
import dataclasses
import functools
import html
import importlib
import inspect
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import griffe

import edge_runtime.cli
import edge_runtime.commands.file
import edge_runtime.commands.serve
import export.cli
import keras_s2s.cli
from keras_s2s.config import DataConfig, ModelConfig, TrainingConfig
from keras_s2s.presets import PRESETS

ROOT = Path(__file__).parents[2]
PACKAGES = ("edge_runtime", "keras_s2s", "export")
_NAMED_PRESETS = ("tiny", "small", "base")


class DocumentationError(Exception):
    """Something public has no docstring."""


@functools.cache
def _packages() -> dict[str, griffe.Module]:
    """Return the three packages, read but not imported: they may need TensorFlow."""
    loader = griffe.GriffeLoader(search_paths=[ROOT])
    loaded = {name: loader.load(name) for name in PACKAGES}
    loader.resolve_aliases()
    return typing.cast(dict[str, griffe.Module], loaded)


def python_api(package: str) -> str:
    """Return the documentation of a package's public names.

    Raises:
        DocumentationError: One of them, or of their methods and fields, has none.
    """
    names = importlib.import_module(package).__all__
    found = {
        name: _packages()[package][name].final_target
        for name in names
        if not name.startswith("__")
    }
    missing = [path for target in found.values() for path in undocumented(target)]
    if missing:
        raise DocumentationError(f"without a docstring: {', '.join(missing)}")
    lines = []
    for name, target in found.items():
        owner = target.path.split(".")[0]
        if owner != package and name in importlib.import_module(owner).__all__:
            lines += [f"## {name}", "", f"The same as [{name}][{target.path}].", ""]
        else:
            lines += [f"::: {target.path}", ""]
    return "\n".join(lines)


def undocumented(target: griffe.Object) -> Iterator[str]:
    """Yield what lacks a docstring of a class or function and its public members."""
    if target.docstring is None:
        yield target.path
    if not isinstance(target, griffe.Class):
        return
    described = _attributes(target) if target.docstring else {}
    for name, member in target.members.items():
        if name.startswith("_") or member.is_alias:
            continue
        if member.is_function or "property" in member.labels:
            if member.docstring is None:
                yield member.path
        elif (
            "dataclass" in target.labels
            and member.is_attribute
            and name not in described
            and member.docstring is None
        ):
            yield member.path


def _attributes(target: griffe.Object) -> dict[str, str]:
    """Return what the section `Attributes` of a docstring says of each."""
    assert target.docstring is not None  # noqa: S101 (asked before)
    sections = target.docstring.parse("google", warnings=False)
    return {
        attribute.name: " ".join(attribute.description.split())
        for section in sections
        if section.kind is griffe.DocstringSectionKind.attributes
        for attribute in section.value
    }


def recipe_tables() -> str:
    """Return a table of every recipe key, its values and what it means.

    Raises:
        DocumentationError: A key is not described.
    """
    parts = {"model": ModelConfig, "data": DataConfig, "training": TrainingConfig}
    lines = []
    for part, config in parts.items():
        described = _attributes(_packages()["keras_s2s"]["config"][config.__name__])
        lines += [
            f"## {part.capitalize()} {{#{part}}}",
            "",
            "| key | meaning | default | values | presets |",
            "| --- | --- | --- | --- | --- |",
        ]
        types = typing.get_type_hints(config)
        for field in dataclasses.fields(config):
            if field.name not in described:
                raise DocumentationError(f"without a description: {field.name}")
            presets = ", ".join(
                f"`{name}`: {_shown(PRESETS[name][part][field.name])}"
                for name in _NAMED_PRESETS
                if field.name in PRESETS[name][part]
            )
            lines.append(
                f"| `{field.name}` | {described[field.name]} | "
                f"{_shown(field.default)} | {_values(types[field.name])} | {presets} |"
            )
        lines.append("")
    return "\n".join(lines)


def _shown(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _values(kind: typing.Any) -> str:
    if typing.get_origin(kind) is typing.Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(kind))
    names = {"int": "whole number", "float": "number", "bool": "`true`, `false`"}
    return names.get(kind.__name__, "text")


def commands() -> str:
    """Return usage, text, options and examples of every command."""
    lines = []
    for name, command in _named_commands():
        context = click.Context(command, info_name=name)
        usage = command.get_usage(context).removeprefix("Usage: ")
        text = inspect.cleandoc(command.help or "").replace("\b\n", "")
        lines += [f"## {name}", "", text, "", "```text", usage, "```", ""]
        if not isinstance(command, click.Group):
            lines += ["| option | meaning |", "| --- | --- |"]
            records = [
                parameter.get_help_record(context)
                for parameter in command.get_params(context)
                if isinstance(parameter, click.Option)
            ]
            for option, meaning in filter(None, records):
                # Two pairs of brackets in a row would be a link.
                described = html.escape(meaning).replace("[", "&#91;")
                lines.append(f"| `{_cell(option)}` | {_cell(described)} |")
            lines.append("")
        if command.epilog:
            notes = inspect.cleandoc(command.epilog.replace("\b\n", ""))
            lines += ["```text", notes, "```", ""]
    return "\n".join(lines)


def _named_commands() -> Iterator[tuple[str, click.Command]]:
    yield "edge-translate", edge_runtime.cli.translate_command
    yield "edge-translate file", edge_runtime.commands.file.file_command
    yield "edge-translate serve", edge_runtime.commands.serve.serve_command
    group = keras_s2s.cli.main
    yield "keras-s2s", group
    context = click.Context(group, info_name="keras-s2s")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            yield f"keras-s2s {name}", command
    yield "export-onnx", export.cli.main


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def error_table() -> str:
    """Return a table of the errors that the three packages raise.

    Raises:
        DocumentationError: One has no docstring.
    """
    lines = ["| error | is a | raised where |", "| --- | --- | --- |"]
    for error in sorted(_errors(), key=lambda found: found.path):
        if error.docstring is None:
            raise DocumentationError(f"without a docstring: {error.path}")
        bases = ", ".join(f"`{base}`" for base in error.bases)
        summary = error.docstring.value.split("\n\n")[0].replace("\n", " ")
        lines.append(f"| `{error.path}` | {bases} | {summary} |")
    return "\n".join(lines) + "\n"


def _errors() -> Iterator[griffe.Class]:
    waiting: list[griffe.Object] = list(_packages().values())
    while waiting:
        found = waiting.pop()
        members = [member for member in found.members.values() if not member.is_alias]
        waiting += [member for member in members if member.is_module]
        yield from (
            member
            for member in members
            if isinstance(member, griffe.Class)
            and not member.name.startswith("_")
            and any(str(base).endswith(("Error", "Exception")) for base in member.bases)
        )


def floors() -> str:
    """Return the floors of each package, from the test that holds them."""
    text = (ROOT / "tests" / "test_import_boundaries.py").read_text(encoding="utf-8")
    (value,) = [
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        and [getattr(target, "id", "") for target in node.targets] == ["FLOORS"]
    ]
    lines = []
    for package, names in ast.literal_eval(value).items():
        lines += ["<div class=house markdown>", "", f"**`{package}`**", ""]
        for floor in names.strip().splitlines():
            shown = " ".join(f"`{name}`" for name in floor.split())
            lines += [f"<div class=floor markdown>{shown}</div>", ""]
        lines += ["</div>", ""]
    return "\n".join(lines)


def folders() -> str:
    """Return what the folders of each package are for, from CONTRIBUTING.md.

    Raises:
        DocumentationError: It has no such tables.
    """
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = text.split("## Architecture\n")[-1].splitlines()
    tables = [line for line in lines if line.startswith("|") or not line]
    if sum(line.startswith("| ---") for line in tables) != len(PACKAGES):
        raise DocumentationError("CONTRIBUTING.md must have a table for each package.")
    return "\n".join(tables) + "\n"


GENERATORS: dict[str, Callable[[], str]] = {
    "python edge_runtime": lambda: python_api("edge_runtime"),
    "python keras_s2s": lambda: python_api("keras_s2s"),
    "commands": commands,
    "recipe": recipe_tables,
    "errors": error_table,
    "floors": floors,
    "folders": folders,
}
"""What a page can ask for, by the name in its comment."""
