"""Hashes that are the same on every machine and in every version."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np


def stable_hash(text: str, seed: int = 0) -> int:
    """Return 64 bits of a text, without sign.

    The first 8 bytes of BLAKE2b of the UTF-8 text, little-endian; the seed is its salt.

    Examples
    --------
    >>> stable_hash("UA") == stable_hash("UA") != stable_hash("UA", seed=1)
    True
    """
    salt = seed.to_bytes(8, "little", signed=True) if seed else b""
    content = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8, salt=salt).digest(), "little")


def mixed(positions: Any) -> Any:
    """Return SplitMix64 of whole numbers, as uint64: neighbours lie anywhere.

    Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
    """
    bits = np.asarray(positions).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits ^ (bits >> np.uint64(31))
