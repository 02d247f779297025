"""What a body must look like: accounts of people. No name, no telephone number, no e-mail address stands in one."""

from typing import Any

import marshmallow as ma

from services.registry import fields
from services.registry.fields import Length, distinct
from services.registry.personal import impersonal
from services.registry.schemas import OPTIONAL, REQUIRED
from shared.contracts import vocabulary

ROLES_OF_PEOPLE = tuple(role for role in vocabulary.ROLES if role != "service")


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
    post = fields.text(**REQUIRED)
    role = fields.one_of(ROLES_OF_PEOPLE, **REQUIRED)
    oidc_subject = ma.fields.String(validate=[Length(1, 255), fields.printable, impersonal], **OPTIONAL)
    handed_over_to = ma.fields.String(**of_the_registry("Who has its work now"))
    state = ma.fields.String(**of_the_registry("INVITED, ACTIVE, LOCKED or CLOSED"))
    state_from = ma.fields.Date(**of_the_registry("The civil day from which it is so"))
    state_reason = ma.fields.String(**of_the_registry("Why, where one was asked for"))
