"""Random numbers that belong to a patient and a purpose, whoever draws them and in whatever order.

A number is a function of the study, the arm, the patient, the purpose and its place, and of nothing else: the
same patient is the same on one worker or on twenty.

Reference:
    Philox 4x32-10: Salmon et al. 2011 (doi:10.1145/2063384.2063405), section 4.
"""

import hashlib
from typing import Any, Literal

import numba
import numpy as np
from numpy.typing import NDArray

Purpose = Literal[
    "physiology", "lesions", "screening", "operations", "toxicity", "follow_up", "reading", "biopsy"
]
PURPOSES: tuple[Purpose, ...] = (
    "physiology", "lesions", "screening", "operations", "toxicity", "follow_up", "reading", "biopsy",
)  # fmt: skip
# Each kind of event draws its own numbers: places of the purpose operations, after place 0.
Place = Literal["mild_events", "procedural_events", "severe_event", "surgery", "samples", "late_entries"]
PLACES: tuple[Place, ...] = (
    "mild_events", "procedural_events", "severe_event", "surgery", "samples", "late_entries",
)  # fmt: skip
ROUNDS = 10


def make_key(study_hash: str, *parts: str | int) -> int:
    """Make the 64-bit key of a study and whatever else tells streams apart (parameter draw, arm).

    Example:
        >>> make_key("a", "IT") == make_key("a", "IT"), make_key("a", "IT") == make_key("a", "IV")
        (True, False)
    """
    text = "|".join([study_hash, *(str(part) for part in parts)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


@numba.njit(nogil=True)
def _philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> tuple[Any, Any, Any, Any]:
    low = np.uint64(0xFFFFFFFF)
    bits = np.uint64(32)
    a, b, c, d = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    first, second = np.uint64(k0), np.uint64(k1)
    for _ in range(ROUNDS):
        left = np.uint64(0xD2511F53) * a
        right = np.uint64(0xCD9E8D57) * c
        a, b, c, d = (
            (right >> bits) ^ b ^ first,
            right & low,
            (left >> bits) ^ d ^ second,
            left & low,
        )
        first = (first + np.uint64(0x9E3779B9)) & low
        second = (second + np.uint64(0xBB67AE85)) & low
    return a, b, c, d


@numba.njit(nogil=True)
def _fill(k0: Any, k1: Any, patients: Any, stream: int, out: Any) -> None:
    for row in range(out.shape[0]):
        patient = np.uint64(patients[row])
        low, high = patient & np.uint64(0xFFFFFFFF), patient >> np.uint64(32)
        for pair in range((out.shape[1] + 1) // 2):
            a, b, c, d = _philox(low, high, np.uint64(pair), np.uint64(stream), k0, k1)
            for side in range(2):
                column = 2 * pair + side
                if column < out.shape[1]:
                    word = (a << np.uint64(32)) | b if side == 0 else (c << np.uint64(32)) | d
                    # 53 bits, moved by half a step: never 0 and never 1.
                    out[row, column] = (np.float64(word >> np.uint64(11)) + 0.5) * 2.0**-53


def draw_uniforms(
    key: int, patients: NDArray[np.int64], *, purpose: Purpose, count: int, place: int = 0
) -> NDArray[np.float64]:
    """Draw uniform numbers between 0 and 1, neither of them included.

    Args:
        key: the key of the study (and draw, and arm).
        patients: numbers of the patients.
        purpose: what they are for; each purpose has its own numbers.
        count: how many for each patient.
        place: which draw of that purpose, where one is made repeatedly (a visit, a cycle).

    Returns:
        An array of patients by count.

    Example:
        >>> alone = draw_uniforms(7, np.array([12]), purpose="reading", count=2)
        >>> among = draw_uniforms(7, np.array([3, 12]), purpose="reading", count=2)
        >>> bool((alone[0] == among[1]).all())
        True
    """
    out = np.empty((len(patients), count))
    stream = PURPOSES.index(purpose) + len(PURPOSES) * place
    _fill(
        np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32), np.asarray(patients, dtype=np.int64), stream, out
    )
    return out


def compute_philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, ...]:
    """The block cipher itself, for comparison with its published answers.

    Example:
        >>> [f"{word:08x}" for word in compute_philox((0, 0, 0, 0), (0, 0))]
        ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    return tuple(int(word) for word in _philox(*(np.uint64(word) for word in (*counter, *key))))
