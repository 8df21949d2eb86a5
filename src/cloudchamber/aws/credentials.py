"""Access keys that say whose they are: `ASIA` or `AKIA`, the chamber's mark, the account and four random characters.

AWS's keys carry their account too (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html), so that the
account of a request is known before anything is looked up.
"""

from __future__ import annotations

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
MARK = "CHMB"
CHANCE_LENGTH = 4


def access_key_id(kind: str, account: str, chance: str) -> str:
    """The 20 characters of a key: `kind` is `ASIA` (temporary) or `AKIA` (of a user), `chance` 4 of ALPHABET."""
    number, digits = int(account), ""
    for _ in range(8):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return f"{kind}{MARK}{digits}{chance}"


def account_of_key(access_key_id: str) -> str | None:
    """The account of a key made here, or None when it was made elsewhere."""
    if len(access_key_id) != 20 or access_key_id[4:8] != MARK:
        return None
    number = 0
    for letter in access_key_id[8:16]:
        digit = ALPHABET.find(letter)
        if digit < 0:
            return None
        number = number * 32 + digit
    return f"{number:012d}" if number < 10**12 else None
