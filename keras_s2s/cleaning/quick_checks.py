"""Checks that cost seconds for a million pairs, and a few bytes of memory a pair."""

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from keras_s2s.cleaning.encodings import is_broken
from keras_s2s.cleaning.keys import Keys, key_of, normal_form, repeated
from keras_s2s.cleaning.lengths import LengthModel
from keras_s2s.cleaning.reasons import Reason
from keras_s2s.data.corpus import SentencePair

Reasons = npt.NDArray[np.uint16]
_LARGEST_SAMPLE = 20_000


class Sample:
    """Different pairs at even distances of a stream of unknown length.

    Attributes:
        pairs: At most twice 20,000 pairs.
    """

    def __init__(self) -> None:
        self.pairs: list[SentencePair] = []
        self._keys: set[int] = set()
        self._count = 0
        self._distance = 1

    def add(self, pair: SentencePair, key: int) -> None:
        """See the next pair, and the key by which it is known."""
        if self._count % self._distance == 0 and key not in self._keys:
            self._keys.add(key)
            self.pairs.append(pair)
            if len(self.pairs) == 2 * _LARGEST_SAMPLE:
                del self.pairs[1::2]
                self._distance *= 2
        self._count += 1


class QuickChecks:
    """Duplicates, overlap, empty and identical sides, lengths and encodings.

    Texts are kept as keys of 8 bytes; a source with several translations is fine.

    Attributes:
        sample: Pairs with nothing wrong in themselves, see `Sample`.
    """

    def __init__(self) -> None:
        self.sample = Sample()
        self._reasons = array("H")
        # Of a pair, of its normal form, and of those of its sides.
        self._keys = [array("Q") for _ in range(4)]
        # What the lengths of all pairs are judged by once they are known.
        self._lengths = [array("I") for _ in range(2)]

    def __len__(self) -> int:
        return len(self._reasons)

    def add(self, pair: SentencePair) -> None:
        """See the next pair."""
        source, target = pair.source.strip(), pair.target.strip()
        forms = normal_form(source), normal_form(target)
        reasons = 0
        if not (source and target):
            reasons |= Reason.EMPTY
        elif forms[0] == forms[1] and any(map(str.isalpha, forms[0])):
            reasons |= Reason.IDENTICAL
        if is_broken(source) or is_broken(target):
            reasons |= Reason.ENCODING
        self._reasons.append(reasons)
        for keys, texts in zip(
            self._keys,
            ((source, target), forms, forms[:1], forms[1:]),
            strict=True,
        ):
            keys.append(key_of(*texts))
        for lengths, text in zip(self._lengths, (source, target), strict=True):
            lengths.append(len(text))
        if not reasons:
            self.sample.add(pair, self._keys[0][-1])

    def reasons(self, lengths: LengthModel, held_out: Iterable[Keys] = ()) -> Reasons:
        """Return what is wrong with each pair, as `Reason` numbers them.

        Args:
            lengths: How long translations are.
            held_out: Keys of normal forms of validation or test sentences: one array
                for both sides, or one for sources and one for targets.
        """
        found = np.array(self._reasons, dtype=np.uint16)
        full = found & Reason.EMPTY == 0
        pairs, forms, *sides = (np.array(keys, dtype=np.uint64) for keys in self._keys)
        same = repeated(pairs) & full
        found[same] |= np.uint16(Reason.DUPLICATE)
        found[repeated(forms) & full & ~same] |= np.uint16(Reason.NEAR_DUPLICATE)
        sets = list(held_out)
        for keys, side in zip(
            sets * 2 if len(sets) == 1 else sets, sides, strict=False
        ):
            # Sorted: a table of such numbers overflows in numpy 2.0 and earlier.
            found[np.isin(side, keys, kind="sort") & full] |= np.uint16(Reason.HELD_OUT)
        wrong = lengths.are_wrong(*(np.array(each) for each in self._lengths))
        found[wrong & full] |= np.uint16(Reason.LENGTH)
        return found
