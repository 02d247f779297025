"""What can be imported, declared: a new kind is a row of one of these tables.

A column has its heading in Chinese and in English, the field it fills, an example, the message that says what it
wants, and how a cell of it is read. The row of examples is recognised and skipped.
"""

from services.registry.importing.kinds_city import KINDS_OF_THE_CITY
from services.registry.importing.kinds_devices import KINDS_OF_DEVICES
from services.registry.importing.kinds_homes import KINDS_OF_HOMES
from services.registry.importing.kinds_venues import KINDS_OF_VENUES

KINDS = (*KINDS_OF_HOMES, *KINDS_OF_DEVICES, *KINDS_OF_VENUES, *KINDS_OF_THE_CITY)
