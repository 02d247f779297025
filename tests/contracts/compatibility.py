"""Whether a schema may follow another without breaking who writes or reads by the older one. Pure.

Of what we *consume*, everything that was valid must stay valid, and mean the same. Of what we *publish*, everything we
write must be valid by the older schema, and have all its fields; unknown fields are ignored on both sides. Knows the
keywords that our schemas use and refuses others, so that nothing passes unseen.
"""

from collections.abc import Iterator
from typing import Any, Literal

Schema = dict[str, Any]
Side = Literal["consumed", "published"]

_NOTES = {"$schema", "$id", "$defs", "title", "description", "default", "x-extensible"}
_MOST, _LEAST = (
    {"maximum", "maxItems", "maxProperties", "maxLength"},
    {"minimum", "minItems", "minProperties", "minLength"},
)
_KNOWN = _NOTES | _MOST | _LEAST | {
    "$ref", "type", "enum", "anyOf", "pattern", "not", "format", "items", "properties", "required",
    "additionalProperties", "propertyNames", "prefixItems",
}  # fmt: skip


def breaks(old: Schema, new: Schema, side: Side) -> list[str]:
    """A sentence for everything in ``new`` that breaks who keeps to ``old``; empty if nothing does.

    :raises ValueError: if a schema uses a keyword this comparison does not know
    """
    found = [*_Comparison(side).compare(old, new, "the body")]
    for name, definition in old["$defs"].items():
        if name in new["$defs"]:
            found += _Comparison(side).compare(definition, new["$defs"][name], name)
        else:
            found.append(f"{name} is no longer defined")
    return found


class _Comparison:
    """Compares node by node; a reference is compared by its name, and what it names once, by itself."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def compare(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        """A sentence for everything in ``new``, which stands at this place, that breaks who keeps to ``old``."""
        if old == new:
            return
        for schema in (old, new):
            if unknown := schema.keys() - _KNOWN:
                raise ValueError(f"{at}: cannot compare {', '.join(sorted(unknown))}")
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(old, new, at)
            return
        for keyword in ("$ref", "type", "pattern", "format", "not", "prefixItems"):
            yield from self._same(keyword, old, new, at)
        yield from self._enum(old, new, at)
        yield from self._limits(old, new, at)
        yield from self._object(old, new, at)
        for keyword in ("items", "additionalProperties", "propertyNames"):
            yield from self._inner(keyword, old, new, at)

    def _consumed(self) -> bool:
        return self._side == "consumed"

    def _same(self, keyword: str, old: Schema, new: Schema, at: str) -> Iterator[str]:
        was, now = old.get(keyword), new.get(keyword)
        if was == now:
            return
        narrow, wide = (was, now) if self._consumed() else (now, was)
        if wide is None or (keyword == "type" and (narrow, wide) == ("integer", "number")):
            return
        if keyword == "not" and narrow is not None and set(wide["enum"]) <= set(narrow["enum"]):
            return
        yield f"{at}: {keyword} was {was} and is now {now}"

    def _alternatives(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        """Every alternative of the narrower side must have a place among the wider side's."""
        was, now = old.get("anyOf", [old]), new.get("anyOf", [new])
        for one in was if self._consumed() else now:
            others = now if self._consumed() else was
            pairs = [(one, other) if self._consumed() else (other, one) for other in others]
            if not any(not [*self.compare(*pair, at)] for pair in pairs):
                what = "is no longer taken" if self._consumed() else "may now come, which nobody expects"
                yield f"{at}: {_name(one)} {what}"

    def _enum(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        was, now = old.get("enum"), new.get("enum")
        if self._consumed():
            if now is not None and was is None:
                yield f"{at} is now limited to {now}"
            for value in [value for value in was or () if now is not None and value not in now]:
                yield f"{at}: {value!r} is no longer taken"
        elif was is not None and not old.get("x-extensible"):
            if now is None:
                yield f"{at} is no longer limited to {was}"
            for value in [value for value in now or () if value not in was]:
                yield f"{at}: {value!r} may now come, which nobody expects"

    def _limits(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        for keyword in sorted((_MOST | _LEAST) & (old.keys() | new.keys())):
            was, now = old.get(keyword), new.get(keyword)
            narrow, wide = (was, now) if self._consumed() else (now, was)
            if wide is None:
                continue
            if narrow is None or (narrow > wide if keyword in _MOST else narrow < wide):
                yield f"{at}: {keyword} was {was} and is now {now}"

    def _object(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        was, now = old.get("properties", {}), new.get("properties", {})
        for name in was:
            if name not in now:
                yield f"{at}.{name} is gone"
            else:
                yield from self.compare(was[name], now[name], f"{at}.{name}")
                yield from self._default(was[name], now[name], f"{at}.{name}")
        required, needed = set(old.get("required", ())), set(new.get("required", ()))
        if self._consumed():
            yield from (f"{at}.{name} is now required" for name in sorted(needed - required))
        else:
            yield from (f"{at}.{name} may now be absent" for name in sorted((required - needed) & now.keys()))
            if old.get("additionalProperties") is False:
                yield from (f"{at}.{name} is new, and unknown fields are refused" for name in now if name not in was)

    def _inner(self, keyword: str, old: Schema, new: Schema, at: str) -> Iterator[str]:
        was, now = old.get(keyword, {}), new.get(keyword, {})
        if was == now:
            return
        if isinstance(was, dict) and isinstance(now, dict):
            yield from self.compare(was, now, f"{at}[]" if keyword == "items" else f"{at}.{{{keyword}}}")
        elif (now is False and was is not False) if self._consumed() else (was is False and now is not False):
            yield f"{at}: {keyword} was {was} and is now {now}"

    def _default(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        """What an absent field means may not change, on neither side."""
        if "default" in old and old["default"] != new.get("default") and "default" in new:
            yield f"{at}, where absent, meant {old['default']!r} and now means {new['default']!r}"


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", schema.get("type", schema))).rsplit("/", 1)[-1]
