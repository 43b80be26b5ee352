"""Reading of one capability: its kind, its entry points, and the properties of that kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from psa_bridge.driver.descriptions import grammar
from psa_bridge.driver.descriptions.grammar import CAPABILITY, COOKED, KINDS, UNCONDITIONAL
from psa_bridge.driver.descriptions.jsontext import Node
from psa_bridge.driver.descriptions.model import MBEDTLS, Capability, EntryPointUse, Name
from psa_bridge.driver.descriptions.reading import Reader
from psa_bridge.driver.findings import Related, did_you_mean, register, shown
from psa_bridge.spec.entry_points import (
    BY_NAME,
    CONTEXTS,
    ENTRY_POINTS,
    FAMILIES,
    FAMILY_BY_NAME,
    IDS,
    TRANSPARENT,
    Family,
    entry_point,
)

register(
    """
    unknown-entry-point     Entry points and families are those of the driver interface.
    entry-point-type        Some entry points are only for transparent or only for opaque drivers.
    mixed-capability        Cooked derivation, random, entropy and init have capabilities of their own.
    without-effect          Everything in a description has an effect.
    unknown-name            Keys of names are entry points and operation types.
    fallback-implied        In the mbedtls dialect a transparent driver always falls back.
    """
)

MAX_KEY_BITS = 0xFFFF

T = TypeVar("T")


@dataclass
class _Listed:
    """What the entry_points property says: rows with spelling and place, and families named."""

    uses: dict[str, EntryPointUse] = field(default_factory=dict)
    families: list[str] = field(default_factory=list)
    complete: bool = True


class CapabilityReader:
    """Reads one element of ``capabilities``."""

    def __init__(self, reader: Reader, prefix: str, driver_type: str, index: int) -> None:
        self._reader = reader
        self._findings = reader.findings
        self._prefix = prefix
        self._type = driver_type
        self._index = index

    def read(self, node: Node) -> Capability | None:
        """The capability, or None if it cannot be understood; reasons are reported."""
        if not self._reader.expect(node, "object"):
            return None
        listed = self._entry_points(node)
        kind = self._kind(listed, node)
        members = self._members(node, kind)
        names = self._names(members["names"], listed) if "names" in members else ()
        prefix = "derived" if kind == COOKED else "key"
        initial = members.get("initial_entropy_size")
        reseed = members.get("reseed_entropy_size")
        condition = members.get("mbedtls/c_condition")
        written = self._reader.boolean(members["fallback"]) if "fallback" in members else None
        return Capability(
            index=self._index,
            prefix=self._prefix,
            driver_type=self._type,
            uses=tuple(sorted(listed.uses.values(), key=lambda use: IDS[use.name])),
            given_names=names,
            algorithms=self._list(members, "algorithms", self._reader.algorithm, lambda spec: spec.value or spec.text),
            key_types=self._list(
                members, f"{prefix}_types", self._reader.key_type, lambda spec: (spec.value, spec.mask)
            ),
            key_sizes=self._list(
                members,
                f"{prefix}_sizes",
                lambda item: self._reader.constant(item, 1, MAX_KEY_BITS),
                lambda size: size.text if size.value is None else size.value,
            ),
            fallback=self._fallback(written, node, kind),
            fallback_written=written,
            memory=bool(self._reader.boolean(members["memory"])) if "memory" in members else False,
            initial_entropy_size=self._reader.constant(initial) if initial else None,
            reseed_entropy_size=self._reader.constant(reseed) if reseed else None,
            condition=self._reader.condition(condition) if condition else None,
            families=tuple(listed.families),
            place=node.place,
        )

    def _entry_points(self, node: Node) -> _Listed:
        listed = _Listed()
        member = node.members.get("entry_points")
        if member is None:
            self._reader.missing(node, "entry_points", CAPABILITY)
            listed.complete = False
        elif self._reader.elements(member):
            if not member.items:
                self._findings.warning(
                    "without-effect", member.place, "the capability lists no entry points", "list some, or remove it"
                )
            for item in member.items:
                if self._reader.exhausted:
                    break
                self._add(item, listed)
        else:
            listed.complete = False
        if self._reader.tolerance.dialect == MBEDTLS:
            self._add_optional(listed)
        return listed

    def _add_optional(self, listed: _Listed) -> None:
        """Families listed member by member: Mbed TLS calls their optional members where a driver has them."""
        for family in FAMILIES:
            required = [name for name in family.entry_points if name not in family.optional]
            if all(name in listed.uses for name in required):
                for name in family.optional:
                    if self._type in BY_NAME[name].types:
                        place = listed.uses[required[0]].place
                        listed.uses.setdefault(name, EntryPointUse(name, name, False, place))

    def _add(self, item: Node, listed: _Listed) -> None:
        if not self._reader.expect(item, "string"):
            listed.complete = False
            return
        word = str(item.value)
        family = FAMILY_BY_NAME.get(word)
        if family is not None and family.named:
            self._add_family(item, family, listed)
            return
        try:
            row = entry_point(word)
        except KeyError:
            self._unknown(word, item)
            listed.complete = False
            return
        if self._type not in row.types:
            self._findings.error(
                "entry-point-type",
                item.place,
                f"{shown(word)} is not for {self._type} drivers",
                f"remove it; only {' and '.join(row.types)} drivers have it",
            )
            listed.complete = False
            return
        before = listed.uses.get(row.name)
        if before is not None and before.certain:
            self._reader.repeated(item, before.place)
            return
        listed.uses[row.name] = EntryPointUse(row.name, word, True, item.place)

    def _add_family(self, item: Node, family: Family, listed: _Listed) -> None:
        open_to = [name for name in family.entry_points if self._type in BY_NAME[name].types]
        mandatory = [name for name in family.entry_points if name not in family.optional]
        if not set(mandatory) <= set(open_to):
            self._findings.error(
                "entry-point-type",
                item.place,
                f"the family {shown(family.name)} is not for {self._type} drivers",
                "remove it",
            )
            listed.complete = False
            return
        if family.name in listed.families:
            self._reader.repeated(item, item.place)
            return
        listed.families.append(family.name)
        for name in open_to:
            certain = name in mandatory
            before = listed.uses.get(name)
            if before is None or (certain and not before.certain):
                listed.uses[name] = EntryPointUse(name, name, certain, item.place)

    def _unknown(self, word: str, item: Node) -> None:
        family = FAMILY_BY_NAME.get(word)
        if family is not None:
            remedy = f"list its entry points: {', '.join(family.entry_points)}"
            self._findings.error(
                "unknown-entry-point", item.place, f"{shown(word)} cannot be named as a family", remedy
            )
            return
        bare = word
        for start in (f"{self._prefix}_{self._type}_", f"{self._prefix}_", "psa_"):
            bare = bare.removeprefix(start)
        known = [row.name for row in ENTRY_POINTS if self._type in row.types]
        known += [alias for row in ENTRY_POINTS for alias in row.aliases]
        known += [f.name for f in FAMILIES if f.named]
        remedy = f"write {bare!r}, without a prefix" if bare in known else did_you_mean(bare, known)
        self._findings.error(
            "unknown-entry-point",
            item.place,
            f"there is no entry point or family {shown(word)}",
            remedy or "use a name of the driver interface",
        )

    def _kind(self, listed: _Listed, node: Node) -> str:
        kinds: dict[str, EntryPointUse] = {}
        for use in listed.uses.values():
            kinds.setdefault(grammar.kind_of(BY_NAME[use.name]), use)
        if not kinds:
            # Without a single known entry point the properties tell what was meant.
            open_to = [kind for kind in KINDS if self._type in grammar.SECTIONS[kind]["entry_points"].types]
            return next((kind for kind in open_to if _own(kind) & set(node.members)), CAPABILITY)
        if len(kinds) > 1:
            first, *others = kinds.values()
            self._findings.error(
                "mixed-capability",
                others[0].place,
                f"{others[0].name!r} cannot stand beside {first.name!r} in one capability",
                "give each of them a capability of its own",
                (Related(first.place, "the other one is here"),),
            )
        return next(kind for kind in (*KINDS[1:], CAPABILITY) if kind in kinds)

    def _members(self, node: Node, kind: str) -> dict[str, Node]:
        """Like Reader.members, but a fallback that cannot happen is only a warning."""
        stripped = dict(node.members)
        if "fallback" in stripped and kind in UNCONDITIONAL and self._type == TRANSPARENT:
            fallback = stripped.pop("fallback")
            self._reader.boolean(fallback)
            self._findings.warning(
                "without-effect", fallback.key_place, "there is no fallback for these entry points", "remove it"
            )
        stripped.setdefault("entry_points", Node(None, node.place, node.place))
        members = self._reader.members(Node(stripped, node.place), kind, self._type)
        members.pop("entry_points", None)
        return members

    def _list(
        self, members: dict[str, Node], name: str, read: Callable[[Node], T | None], same: Callable[[T], object]
    ) -> tuple[T, ...] | None:
        node = members.get(name)
        if node is None:
            return None
        if node.kind == "array" and not node.items:
            self._findings.warning(
                "without-effect",
                node.place,
                f"{shown(name)} is empty, so the capability matches nothing",
                "list what the driver does, or leave the property out if it does everything",
            )
        return self._reader.array(node, read, same)

    def _names(self, node: Node, listed: _Listed) -> tuple[Name, ...]:
        if not self._reader.expect(node, "object"):
            return ()
        result: dict[str, Name] = {}
        for key, member in node.members.items():
            if self._reader.exhausted:
                break
            if self._reader.comment_or_extension(key, member, grammar.NAMES):
                continue
            resolved = self._name_key(key, member, listed)
            identifier = self._reader.identifier(member)
            if resolved is None or identifier is None:
                continue
            if resolved in result:
                self._reader.repeated(Node(key, member.key_place), result[resolved].place)
                continue
            result[resolved] = Name(resolved, identifier, member.place)
        return tuple(result.values())

    def _name_key(self, key: str, member: Node, listed: _Listed) -> str | None:
        types = [f"{kind}_t" for kind in CONTEXTS]
        if key in types:
            used = {f"{BY_NAME[name].context}_t" for name in listed.uses}
            resolved = key
        else:
            try:
                resolved = entry_point(key).name
            except KeyError:
                self._unknown_name(key, member, types)
                return None
            used = set(listed.uses)
        if resolved not in used and listed.complete:
            self._findings.warning(
                "without-effect",
                member.key_place,
                f"{shown(key)} is named here but is not in this capability",
                "add it to entry_points, or remove the name",
            )
        return resolved

    def _unknown_name(self, key: str, member: Node, types: list[str]) -> None:
        family = FAMILY_BY_NAME.get(key)
        if family is not None:
            remedy = f"name each entry point: {', '.join(family.entry_points)}"
        else:
            known = [*BY_NAME, *(alias for row in ENTRY_POINTS for alias in row.aliases), *types]
            remedy = (
                did_you_mean(key.removeprefix(f"{self._prefix}_"), known) or "name entry points and operation types"
            )
        self._findings.error(
            "unknown-name", member.key_place, f"{shown(key)} is no entry point and no operation type", remedy
        )

    def _fallback(self, written: bool | None, node: Node, kind: str) -> bool:
        if self._reader.tolerance.dialect != MBEDTLS or self._type != TRANSPARENT or kind in UNCONDITIONAL:
            return bool(written)
        if not written:
            place = node.members["fallback"].place if "fallback" in node.members else node.place
            self._findings.note(
                "fallback-implied",
                place,
                "fallback counts as true in the mbedtls dialect: its dispatcher goes on after NOT_SUPPORTED",
            )
        return True


def _own(kind: str) -> set[str]:
    """Properties that only this kind of capability has."""
    return {name for name in grammar.SECTIONS[kind] if grammar.sections_with(name) == (kind,)}
