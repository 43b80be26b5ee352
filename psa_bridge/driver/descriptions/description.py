"""Reading driver descriptions and driver lists.

A description is checked completely before it is used: every error of every property comes
out, each with file, JSON path, line, what is wrong and what would be right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from psa_bridge.driver.descriptions.capability import CapabilityReader
from psa_bridge.driver.descriptions.dialects import Tolerance
from psa_bridge.driver.descriptions.expressions import check_prefix
from psa_bridge.driver.descriptions.grammar import DESCRIPTION, KEY_CONTEXT
from psa_bridge.driver.descriptions.jsontext import Node, parse_json, read_json
from psa_bridge.driver.descriptions.model import (
    DIALECTS,
    MBEDTLS,
    ZERO,
    Capability,
    Constant,
    Description,
    KeyContext,
    default_name,
)
from psa_bridge.driver.descriptions.reading import Reader
from psa_bridge.driver.descriptions.rules import check_description
from psa_bridge.driver.findings import DescriptionError, Finding, Findings, did_you_mean, register, shown
from psa_bridge.spec.entry_points import OPAQUE, TRANSPARENT

register(
    """
    invalid-prefix     A prefix is the start of a C identifier.
    invalid-location   The location of an opaque driver is from 1 to 0xffffff.
    dialect-overruled  The dialect that the caller asks for wins over the one in the description.
    empty-list         A driver list names at least one driver.
    """
)

MAX_LOCATION = 0xFFFFFF
SIZE_FUNCTION = "size_function"

T = TypeVar("T")


def check(
    source: str | bytes, file: str = "<description>", dialect: str | None = None
) -> tuple[Description | None, Findings]:
    """Read a description from text without raising.

    Returns the description, or None if there are errors, and everything that was found.
    ``dialect`` overrules what the description declares.
    """
    findings = Findings()
    node = parse_json(source, file, findings)
    if node is None:
        return None, findings
    description = _build(node, dialect, findings)
    return (None if findings.errors else description), findings


def parse_description(source: str | bytes, file: str = "<description>", dialect: str | None = None) -> Description:
    """Read a description from text; ``DescriptionError`` carries all findings if one is an error."""
    return _required(*check(source, file, dialect))


def read_description(path: str | Path, dialect: str | None = None) -> Description:
    """Read a description file; ``DescriptionError`` carries all findings if one is an error."""
    findings = Findings()
    node = read_json(path, findings)
    description = None if node is None else _build(node, dialect, findings)
    return _required(description, findings)


def with_dialect(description: Description, dialect: str) -> Description:
    """The same description read under a dialect that was found out later.

    Raises ``DescriptionError`` for what that dialect forbids.
    """
    if description.document is None:
        raise ValueError("this description was not read from JSON")
    findings = Findings()
    return _required(_build(description.document, dialect, findings), findings)


def check_list(path: str | Path, dialect: str | None = None) -> tuple[tuple[Description, ...], Findings]:
    """Read a driver list without raising: the good descriptions in order, and all findings.

    The file holds a JSON array whose elements are descriptions or names of description files,
    relative to the list; a file that holds a single description is a list of one.
    """
    findings = Findings()
    node = read_json(path, findings)
    if node is None:
        return (), findings
    if node.kind != "array":
        return _good([node], dialect, findings), findings
    if not node.items:
        findings.error("empty-list", node.place, "the driver list is empty", "name at least one description")
    documents: list[Node] = []
    for item in node.items:
        if item.kind == "string":
            file = Path(path).parent / str(item.value)
            read = _listed_file(file, item, findings)
            documents.extend([read] if read else [])
        elif item.kind == "object":
            documents.append(item)
        else:
            findings.error(
                "value-type",
                item.place,
                f"a driver list holds descriptions or file names, not {item.kind}",
                "write a description or the name of its file",
            )
    return _good(documents, dialect, findings), findings


def read_list(path: str | Path, dialect: str | None = None) -> tuple[Description, ...]:
    """Read a driver list; ``DescriptionError`` carries all findings of all descriptions if one is an error."""
    descriptions, findings = check_list(path, dialect)
    if findings.errors:
        raise DescriptionError(findings)
    return descriptions


def _required(description: Description | None, findings: Findings) -> Description:
    if description is None or findings.errors:
        raise DescriptionError(findings)
    return description


def _listed_file(file: Path, item: Node, findings: Findings) -> Node | None:
    own = Findings()
    node = read_json(file, own)
    for finding in own:
        # A file that cannot be read is a mistake of the list, so the finding points there.
        misnamed = finding.rule == "json-unreadable"
        findings.add(replace(finding, place=item.place) if misnamed else finding)
    return node


def _good(documents: list[Node], dialect: str | None, findings: Findings) -> tuple[Description, ...]:
    result = []
    for node in documents:
        own = Findings()
        description = _build(node, dialect, own)
        findings.extend(own)
        if description is not None and not own.errors:
            result.append(description)
    return tuple(result)


def _build(node: Node, dialect: str | None, findings: Findings) -> Description | None:
    if dialect is not None and dialect not in DIALECTS:
        raise ValueError(f"unknown dialect {dialect!r}: one of {', '.join(DIALECTS)}")
    return _Builder(node, dialect, findings).build()


class _Builder:
    def __init__(self, node: Node, dialect: str | None, findings: Findings) -> None:
        self._node = node
        self._findings = findings
        self._asked = dialect
        self._declared = self._declared_dialect()
        self._dialect = dialect or self._declared
        self._reader = Reader(findings, Tolerance(self._dialect, findings), node.place)

    def build(self) -> Description | None:
        node = self._node
        if not self._reader.expect(node, "object"):
            return None
        driver_type = self._driver_type(node.members.get("type"))
        members = self._reader.members(node, DESCRIPTION, driver_type)
        self._missing_common(driver_type)
        prefix = self._prefix(members.get("prefix"))
        capabilities = self._capabilities(members.get("capabilities"), prefix, driver_type)
        if driver_type is None:
            return None
        prefix = prefix or "prefix"  # there is a finding if it is missing; the others are to come out all the same
        headers = self._optional(members, "headers", lambda n: self._reader.array(n, self._reader.header, str))
        description = Description(
            file=node.place.file,
            prefix=prefix,
            driver_type=driver_type,
            headers=headers or (),
            capabilities=capabilities,
            key_context=self._key_context(members.get("key_context"), prefix, driver_type),
            location=self._optional(members, "location", self._location),
            persistent_state_size=self._optional(members, "persistent_state_size", self._reader.constant),
            condition=self._optional(members, "mbedtls/h_condition", self._reader.condition),
            dialect=self._dialect,
            declared_dialect=self._declared,
            extensions=tuple(dict.fromkeys(self._reader.extensions)),
            place=node.place,
            document=node,
        )
        check_description(description, self._reader.tolerance, self._findings)
        return replace(description, findings=_harmless(self._findings))

    def _declared_dialect(self) -> str | None:
        """The dialect property; it is read first, because the rest depends on it."""
        node = self._node.members.get("psa_bridge/dialect")
        if node is None:
            return None
        if node.value not in DIALECTS:
            remedy = did_you_mean(str(node.value), DIALECTS) or f"one of: {', '.join(DIALECTS)}"
            self._findings.error("invalid-value", node.place, f"unknown dialect {shown(node.plain())}", remedy)
            return None
        if self._asked not in (None, node.value):
            self._findings.note(
                "dialect-overruled", node.place, f"the dialect {self._asked!r} was asked for and applies instead"
            )
        return str(node.value)

    def _driver_type(self, node: Node | None) -> str | None:
        if node is None or not self._reader.expect(node, "string"):
            return None
        if node.value in (TRANSPARENT, OPAQUE):
            return str(node.value)
        remedy = did_you_mean(str(node.value), (TRANSPARENT, OPAQUE)) or f'write "{TRANSPARENT}" or "{OPAQUE}"'
        self._findings.error("invalid-value", node.place, f"unknown driver type {shown(node.value)}", remedy)
        meant = str(node.value).strip().lower()
        return meant if meant in (TRANSPARENT, OPAQUE) else None

    def _missing_common(self, driver_type: str | None) -> None:
        """Mandatory properties of every driver, where the type is unknown and the grammar cannot say."""
        if driver_type is None:
            for name in ("prefix", "type", "capabilities"):
                if name not in self._node.members:
                    self._reader.missing(self._node, name, DESCRIPTION)

    def _optional(self, members: dict[str, Node], name: str, read: Callable[[Node], T | None]) -> T | None:
        return read(members[name]) if name in members else None

    def _prefix(self, node: Node | None) -> str | None:
        return None if node is None else self._reader.text(node, "invalid-prefix", check_prefix)

    def _location(self, node: Node) -> Constant | None:
        constant = self._reader.constant(node, 0)
        if constant is None or constant.value is None or 1 <= constant.value <= MAX_LOCATION:
            return constant
        what = "is local storage" if constant.value == 0 else "is above 0xffffff"
        self._findings.error(
            "invalid-location",
            node.place,
            f"the location {shown(node.value)} {what}",
            "choose one from 0x800000 to 0xffffff, the range of vendors",
        )
        return None

    def _capabilities(self, node: Node | None, prefix: str | None, driver_type: str | None) -> tuple[Capability, ...]:
        if node is None or not self._reader.elements(node):
            return ()
        if not node.items:
            self._findings.warning("without-effect", node.place, "the driver has no capabilities", "add what it can do")
        if driver_type is None:
            return ()
        found = (
            CapabilityReader(self._reader, prefix or "prefix", driver_type, index).read(item)
            for index, item in enumerate(node.items)
            if not self._reader.exhausted
        )
        return tuple(capability for capability in found if capability is not None)

    def _key_context(self, node: Node | None, prefix: str, driver_type: str) -> KeyContext | None:
        if node is None:
            if driver_type == OPAQUE and self._dialect == MBEDTLS and "key_context" not in self._node.members:
                name = default_name(prefix, driver_type, SIZE_FUNCTION, MBEDTLS)
                return KeyContext(size_function=name, implied=True, place=self._node.place)
            return None
        if not self._reader.expect(node, "object"):
            return None
        members = self._reader.members(node, KEY_CONTEXT, driver_type)

        def size(name: str) -> Constant:
            return self._optional(members, name, self._reader.constant) or ZERO

        return KeyContext(
            base_size=size("base_size"),
            key_pair_size=size("key_pair_size"),
            public_key_size=size("public_key_size"),
            symmetric_factor=size("symmetric_factor"),
            store_public_key=bool(self._optional(members, "store_public_key", self._reader.boolean)),
            size_function=self._optional(members, SIZE_FUNCTION, self._reader.identifier),
            builtin_key_size=self._optional(members, "builtin_key_size", self._reader.constant),
            place=node.place,
        )


def _harmless(findings: Findings) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if not finding.is_error)
