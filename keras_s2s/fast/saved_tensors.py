"""The tensors that a step of a loop saves for the backward pass.

The backward pass of `scan` traces every step again, to have the gradient taken of it.
A tensor that was saved the first time is given back the second time; what nothing else
needs then, TensorFlow leaves out.
"""

from collections.abc import Sequence
from typing import Any


class SavedTensors:
    """Every tensor that a step saves, each once, by the order of the calls.

    Args:
        known: What the step starts from. The backward pass has it anyway, so saving
            one of these costs nothing.
    """

    def __init__(self, known: Sequence[Any]) -> None:
        self._num_known = len(known)
        # Held, so that no other tensor can get the identity of one of these.
        self._tensors = list(known)
        self._places = {id(tensor): place for place, tensor in enumerate(known)}
        self.order: list[int] = []

    @property
    def new(self) -> list[Any]:
        """What was saved and is not among the known tensors."""
        return self._tensors[self._num_known :]

    def place(self, tensor: Any) -> int:
        """Save a tensor; return its place among the known and the new ones."""
        place = self._places.get(id(tensor))
        if place is None:
            place = self._places[id(tensor)] = len(self._tensors)
            self._tensors.append(tensor)
        self.order.append(place)
        return place

    def save(self, tensor: Any) -> Any:
        """Save a tensor, and return it."""
        self.place(tensor)
        return tensor


class RestoredTensors(SavedTensors):
    """What a step saved, given back in the same order while it is traced again.

    Args:
        known: What the step starts from, and then the new tensors that it saved.
        order: Places of the saved tensors, in the order of the calls.
    """

    def __init__(self, known: Sequence[Any], order: Sequence[int]) -> None:
        super().__init__(known)
        self._rest = iter(order)

    def place(self, tensor: Any) -> int:
        """Return the place that the tensor of this call had the first time."""
        return next(self._rest)

    def save(self, tensor: Any) -> Any:
        """Return the tensor that was saved by this call the first time."""
        return self._tensors[self.place(tensor)]
