"""Secrets: made at random, kept as hashes only (capture keys excepted), compared in constant time.

Tokens and codes are random enough for a plain SHA-256; PINs and passwords are not, so they go
through Argon2id with the parameters of `pwdlib` (64 MiB, RFC 9106's second recommendation).
"""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

PIN_DIGITS: Final = 4
_CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that a person could misread."""
_CODE_LENGTH: Final = 10  # 50 bits, for codes that live for hours and can be guessed slowly

_HASH = PasswordHash((Argon2Hasher(),))
_HASHING = BoundedSemaphore(2)
"""At 64 MiB each, a crowd that signs in at once must not take the memory of the inspections."""


def new_token() -> str:
    """Return a secret for a cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """Return a capture key: 256 random bits in hexadecimal, with which both sides seal."""
    return secrets.token_hex(32)


def new_code() -> str:
    """Return a one-time code that a person can type: `7KQ4M-2XW9P`."""
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    return f"{code[:5]}-{code[5:]}"


def new_pin() -> str:
    """Return a random PIN, so that nobody has 1234."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
        steps = {int(b) - int(a) for a, b in pairwise(pin)}
        if steps not in ({0}, {1}, {-1}):
            return pin


def digest(token: str) -> str:
    """Return the SHA-256 of a token, under which it is kept and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_digest(typed: str) -> str:
    """Return the digest of a code as a person types it: any case, dashes, O for 0."""
    code = "".join(typed.upper().replace("-", " ").split())
    return digest(code.translate(str.maketrans("OIL", "011")))


def hash_secret(secret: str) -> str:
    """Return the Argon2id hash of a PIN or password."""
    with _HASHING:
        return _HASH.hash(secret)


def is_secret(typed: str, hashed: str | None) -> bool:
    """Tell whether a PIN or password is right; takes as long where there is none."""
    with _HASHING:
        right = _HASH.verify(typed, hashed or _nobodys())
    return right and hashed is not None


@cache
def _nobodys() -> str:
    return _HASH.hash(secrets.token_hex())
