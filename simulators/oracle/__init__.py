"""What a reader of the policy would count: plain loops over plain data, obvious on purpose, shared with nobody.

It takes the city and the sent lines as JSON, and reads section 7 of the policy page. Read in this order: ``lines``
(which records count), ``registered`` (who was where on which day), ``parameters``, ``minutes`` (who was online),
``homes``, ``calendars``, ``opening``, ``venues``.
"""

from typing import Any

Json = dict[str, Any]
