"""What a body must look like: accounts of people. No name, no telephone number, no e-mail address stands in one."""

import re
from typing import Any

import marshmallow as ma

from services.registry import fields
from services.registry.fields import Length, distinct, wrong
from services.registry.schemas import OPTIONAL, REQUIRED
from shared.contracts import vocabulary

ROLES_OF_PEOPLE = tuple(role for role in vocabulary.ROLES if role != "service")
# An e-mail address, a mobile number, a citizen's number (GB 11643).
_PERSONAL = re.compile(r"@|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")


def impersonal(value: str) -> None:
    """:raises ValidationError: if it holds what tells a person rather than a post"""
    if _PERSONAL.search(value):
        raise wrong("rule.impersonal")


def of_the_registry(description: str) -> dict[str, Any]:
    """A field that a body cannot set."""
    return {"dump_only": True, "allow_none": True, "metadata": {"description": description}}


class ScopeSchema(ma.Schema):
    """How far a role reaches."""

    districts = ma.fields.List(
        fields.one_of(vocabulary.DISTRICT_CODES), load_default=list, validate=[Length(0, 11), distinct]
    )
    vendors = ma.fields.List(fields.slug(), load_default=list, validate=[Length(0, 1000), distinct])


class PersonSchema(ScopeSchema):
    """人员账号: of a post, not of a name."""

    login = fields.slug(**REQUIRED)
    post = ma.fields.String(validate=[Length(1, 200), fields.printable, impersonal], **REQUIRED)
    role = fields.one_of(ROLES_OF_PEOPLE, **REQUIRED)
    oidc_subject = ma.fields.String(validate=[Length(1, 255), fields.printable, impersonal], **OPTIONAL)
    handed_over_to = ma.fields.String(**of_the_registry("Who has its work now"))
    state = ma.fields.String(**of_the_registry("INVITED, ACTIVE, LOCKED or CLOSED"))
    state_from = ma.fields.Date(**of_the_registry("The civil day from which it is so"))
    state_reason = ma.fields.String(**of_the_registry("Why, where one was asked for"))
