"""Philox4x32-10: what is published about it, and that its three forms are one function."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws.philox import philox, words, words_block

Words = tuple[int, int, int, int]
Key = tuple[int, int]

#: Random123's known answers (kat_vectors, philox 4x32 10 rounds): counter, key, output.
KNOWN: dict[str, tuple[Words, Key, Words]] = {
    "zeros": ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    "ones": (
        (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    "pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}

word = st.integers(0, 2**32 - 1)
counters = st.tuples(word, word, word, word)
keys = st.tuples(word, word)


def by_block(counter: Words, key: Key) -> Words:
    c0, c1, c2, c3 = words_block(np.array([counter], dtype=np.uint64), key)[0].tolist()
    return c0, c1, c2, c3


def compiled(counter: Words, key: Key) -> Words:
    w0, w1, w2, w3 = philox(*(np.uint64(x) for x in (*counter, *key)))
    return int(w0), int(w1), int(w2), int(w3)


def interpreted(counter: Words, key: Key) -> Words:
    w0, w1, w2, w3 = philox.py_func(*(np.uint64(x) for x in (*counter, *key)))  # type: ignore[attr-defined]
    return int(w0), int(w1), int(w2), int(w3)


FORMS = {"words": words, "words_block": by_block, "philox": compiled, "philox.py_func": interpreted}
each_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


@each_form
@pytest.mark.parametrize("answer", KNOWN.values(), ids=KNOWN)
def test_known_answers_of_random123(form: object, answer: tuple[Words, Key, Words]) -> None:
    counter, key, expected = answer
    assert form(counter, key) == expected  # type: ignore[operator]


@given(counter=counters, key=keys)
def test_the_forms_agree_everywhere(counter: Words, key: Key) -> None:
    found = {name: form(counter, key) for name, form in FORMS.items()}
    assert len(set(found.values())) == 1, found
    assert all(0 <= w < 2**32 for w in found["words"])


@given(chosen=st.lists(counters, min_size=1, max_size=5), key=keys)
def test_a_block_computes_each_row_by_itself_and_keeps_its_input(chosen: list[Words], key: Key) -> None:
    array = np.array(chosen, dtype=np.uint64)
    found = words_block(array, key)
    assert [tuple(row) for row in found.tolist()] == [words(counter, key) for counter in chosen]
    assert [tuple(row) for row in array.tolist()] == chosen


@each_form
def test_ten_thousandth_value_of_the_standard_engine(form: object) -> None:
    """C++26 [rand.predef]: the 10,000th value of a default-constructed std::philox4x32 is 1955073260.

    Its key is (20111115, 0), its counter starts at zero and is incremented *after* each block, the
    first word fastest, and the words of a block are handed out in order. Value 10,000 is therefore
    the last word at counter 2499; with an increment before each block it would stand at 2500.
    """
    key = (20111115, 0)
    assert form((2499, 0, 0, 0), key)[3] == 1955073260  # type: ignore[operator]
    assert form((2500, 0, 0, 0), key)[3] != 1955073260  # type: ignore[operator]


def test_one_flipped_bit_changes_about_half_of_all_bits() -> None:
    """Ten rounds mix every bit of counter and key into every word; one round would not."""
    counter, key, _ = KNOWN["pi"]
    before = words(counter, key)
    for place in range(6):
        changed = [*counter, *key]
        changed[place] ^= 1
        after = words((changed[0], changed[1], changed[2], changed[3]), (changed[4], changed[5]))
        distances = [(a ^ b).bit_count() for a, b in zip(before, after, strict=True)]
        assert all(4 <= d <= 28 for d in distances), (place, distances)
        assert 40 <= sum(distances) <= 88
