"""A session of onnxruntime as everything here uses it."""

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import onnxruntime

from edge_runtime.errors import BundleError


class _SilentSession(onnxruntime.InferenceSession):
    """A session that never tries again with other providers.

    It would print so on standard output, where translations are expected. Up to 1.22
    onnxruntime has no such option, and ignores `enable_fallback=0`.
    """

    @property
    def _enable_fallback(self) -> bool:
        return False

    @_enable_fallback.setter
    def _enable_fallback(self, value: bool) -> None:
        pass


class Graph:
    """A session whose failures are errors of the bundle.

    Args:
        session: The session.
        where: Path to name in errors.
    """

    def __init__(self, session: onnxruntime.InferenceSession, where: str) -> None:
        self._session = session
        self.where = where

    def run(
        self, outputs: list[str], feeds: Mapping[str, npt.NDArray[Any]]
    ) -> list[npt.NDArray[Any]]:
        """Return the outputs that are named.

        Raises:
            BundleError: The graph fails.
        """
        try:
            arrays: list[npt.NDArray[Any]] = self._session.run(outputs, feeds)
        except Exception as error:  # noqa: BLE001 (onnxruntime's errors share no base)
            raise BundleError(
                f"{self.where} cannot be run: {_one_line(error)}"
            ) from None
        return arrays

    def misshapen(
        self, name: str, array: npt.NDArray[Any], shape: tuple[Any, ...]
    ) -> BundleError:
        """Return the error of an output of another shape."""
        return BundleError(
            f"{self.where}, {name} must have the shape {shape}. "
            f"Received: {array.shape}."
        )


def start_session(
    model: bytes, where: str, threads: int
) -> onnxruntime.InferenceSession:
    """Return a session of a graph that was checked.

    Raises:
        BundleError: onnxruntime does not load it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # Waiting threads must not burn a small device's processor.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        session = _SilentSession(
            model, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except Exception as error:  # noqa: BLE001 (onnxruntime's errors share no base)
        raise BundleError(
            f"{where} is no model that onnxruntime runs: {_one_line(error)}"
        ) from None
    return session


def _one_line(error: Exception) -> str:
    """Return the beginning of what onnxruntime says, which goes on over many lines."""
    return " ".join(str(error).split())[:300]
