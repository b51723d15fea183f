"""Chance as an argument: sixteen bytes a decision, from a generator of secrets or from a seed and a counter."""

import hashlib
from fractions import Fraction

import numpy as np

ENTROPY_BYTES = 16


def compute_entropy(seed: bytes, *, scheme: str, sequence: int) -> bytes:
    """Compute the entropy of one place in the log from a seed.

    The stream is Philox keyed by the seed and the scheme, with the place as its counter: each place can be
    computed without the ones before it, and two schemes of one seed have nothing in common. The seed of a
    running trial is held outside its team, and never in a study file.

    Args:
        seed: the seed, of any length.
        scheme: identifier of the scheme.
        sequence: place in the log, from 1.

    Returns:
        Sixteen bytes.

    Reference:
        Salmon et al. 2011 (doi:10.1145/2063384.2063405).

    Example:
        >>> compute_entropy(b"rehearsal", scheme="main", sequence=1).hex()
        '642ee176d34a36d4c7f699a8261db40f'
    """
    digest = hashlib.sha256(len(seed).to_bytes(8, "big") + seed + scheme.encode()).digest()
    key = int.from_bytes(digest[:16], "big")
    stream = np.random.Philox(key=key, counter=sequence)
    return b"".join(int(word).to_bytes(8, "big") for word in stream.random_raw(2))


def compute_share(entropy: bytes) -> Fraction:
    """Read entropy as a number from 0 to below 1, exactly.

    Example:
        >>> compute_share(bytes([128] + [0] * 15))
        Fraction(1, 2)
    """
    return Fraction(int.from_bytes(entropy, "big"), 1 << (8 * len(entropy)))
