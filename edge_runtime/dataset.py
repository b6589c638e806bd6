"""Bulk translation past one machine: a bundle mapped over a Ray Dataset."""

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.contract import MANIFEST_FILE
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator

Batch = dict[str, npt.NDArray[Any]]
"""Columns of a dataset by name, all of one length."""


def translate_dataset(
    dataset: Any,
    bundle: str | Path,
    *,
    source: str = "source",
    target: str = "target",
    confidence: str | None = None,
    options: DecodingOptions | None = None,
    workers: int | tuple[int, int] = 1,
    rows_per_call: int = 1024,
    batch_size: int = 32,
) -> Any:
    """Translate a column of a [Ray Dataset](https://docs.ray.io/en/latest/data).

    Ray spreads the rows over workers on the machines of its cluster, one core each,
    starts anew what fails, and streams: neither here nor there must the dataset fit
    into memory. The bundle travels to the workers, which need this package but no file.
    Ray itself comes with `pip install "keras-s2s[ray]"`:

        import ray
        from edge_runtime.dataset import translate_dataset

        lines = ray.data.read_parquet("s3://bucket/lines")
        translated = translate_dataset(lines, "zh-en", source="text", workers=64)
        translated.write_parquet("s3://bucket/translations")

    Args:
        dataset: A `ray.data.Dataset`.
        bundle: Directory or zip file, read once, here.
        source: Column of text to translate.
        target: Column to add, or to replace where there is one. It is None in a row
            whose text is missing, be it None, NaN or NA.
        confidence: Column to add, or to replace, with the confidence of every
            translation, between 0 and 1; NaN where there is none. It needs a bundle
            with a confidence. `None`: no such column.
        options: How to decode; the bundle's defaults if not given.
        workers: How many workers, each with a translator of its own; or the fewest
            and the most.
        rows_per_call: Rows that a worker gets at a time.
        batch_size: Sentences that are translated together.

    Returns:
        The dataset with the new column; nothing runs before its rows are asked for.
        As with all of Ray Data, rows keep their order only where Ray is told to
        (`preserve_order`).

    Raises:
        BundleError: The bundle is incomplete, damaged or too new.
        ValueError: A size is below 1, or `confidence` names the column of the
            translations or is given for a bundle without one.
    """
    for name, value in (("rows_per_call", rows_per_call), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"`{name}` must be at least 1. Received: {value}.")
    arguments: dict[str, Any] = {
        "files": _read_files(bundle),
        "source": source,
        "target": target,
        "confidence": confidence,
        "options": options,
        "batch_size": batch_size,
    }
    # Found here rather than on a worker: whether everything fits together.
    DatasetTranslator(**arguments)
    return dataset.map_batches(
        DatasetTranslator,
        fn_constructor_kwargs=arguments,
        batch_format="numpy",
        batch_size=rows_per_call,
        concurrency=workers,
        num_cpus=1,
    )


class DatasetTranslator:
    """A worker's translator, from batches of columns to batches of columns.

    Args:
        files: The bundle's files by name, its manifest among them.
        source: Column of text.
        target: Column to add.
        options: How to decode.
        batch_size: Sentences that are translated together.
        confidence: Column to add with the confidence; `None` for none.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        source: str,
        target: str,
        options: DecodingOptions | None,
        batch_size: int,
        confidence: str | None = None,
    ) -> None:
        if confidence is not None and confidence == target:
            raise ValueError(
                "`confidence` must name another column than `target`. "
                f"Received: {confidence} for both."
            )
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            self._translator = Translator(folder, options)
        if confidence is not None and self._translator.model.confidence is None:
            raise ValueError(
                "`confidence` needs a bundle with a confidence, which export-onnx fits "
                f"to verification data. Received: {confidence} for a bundle without."
            )
        self._source = source
        self._target = target
        self._confidence = confidence
        self._batch_size = batch_size

    def __call__(self, batch: Batch) -> Batch:
        """Return the batch with its translations."""
        if self._source not in batch:
            raise ValueError(
                f"`source` must be a column of the dataset: {', '.join(batch)}. "
                f"Received: {self._source}."
            )
        given = batch[self._source].tolist()
        places = [place for place, text in enumerate(given) if not _is_missing(text)]
        texts = [given[place] for place in places]
        for text in texts:
            if not isinstance(text, str):
                raise ValueError(
                    f"the column {self._source} must hold text. Received: {text!r}."
                )
        found = self._translator.translate_batch(
            texts, batch_size=self._batch_size, with_evidence=False
        )
        column = np.full(len(given), None, dtype=object)
        column[places] = [each.text for each in found]
        columns: Batch = {**batch, self._target: column}
        if self._confidence is not None:
            confidences = np.full(len(given), np.nan)
            confidences[places] = [each.confidence for each in found]
            columns[self._confidence] = confidences
        return columns


def _is_missing(value: object) -> bool:
    """Return whether a value is None, NaN, or what pandas has for a missing value."""
    # By its name: pandas is not installed everywhere, and its NA equals nothing.
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or type(value).__name__ in ("NAType", "NaTType")
    )


def _read_files(path: str | Path) -> dict[str, bytes]:
    bundle = open_bundle(path)
    names = bundle.manifest.used_files
    return {
        MANIFEST_FILE: bundle.manifest.to_json().encode(),
        **{name: bundle.read(name) for name in names},
    }
