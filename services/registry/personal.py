"""What tells a person, in text that people write; pure."""

import re
import unicodedata

import marshmallow as ma
from stdnum.cn import uscc as gb32100

from services.registry.refusal import Complaint

# Citizens' numbers by their day of birth, mobile numbers, e-mail addresses; what else is personal no pattern tells.
_CITIZEN = re.compile(r"(?<!\d)\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)", re.ASCII)
_REACHED_BY = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|\w@\w", re.ASCII)
_EIGHTEEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])")


def impersonal(value: str) -> None:
    """What begins like a mobile number within a valid USCC is none.

    :raises ValidationError: if there is a mobile number, a citizen's number (GB 11643) or an e-mail address in it
    """
    text = unicodedata.normalize("NFKC", value)  # full-width digits are digits
    if _CITIZEN.search(text) or _REACHED_BY.search(_EIGHTEEN.sub(_unless_it_is_a_uscc, text)):
        raise ma.ValidationError([Complaint("rule.personal_data", {})])


def _unless_it_is_a_uscc(eighteen: re.Match[str]) -> str:
    return " " if gb32100.is_valid(eighteen[0]) else eighteen[0]
