"""Readers of single values: each takes a node, returns what the model holds, or reports why it cannot.

A reader returns None after it has reported an error, so that reading goes on and all errors
come out together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psa_bridge.driver.descriptions.conditions import Condition, parse_condition
from psa_bridge.driver.descriptions.dialects import Tolerance
from psa_bridge.driver.descriptions.expressions import check_header, parse_constant
from psa_bridge.driver.descriptions.grammar import DESCRIPTION, SECTIONS, Property, sections_with
from psa_bridge.driver.descriptions.jsontext import Node
from psa_bridge.driver.descriptions.mechanisms import likely_meant, parse_algorithm, parse_key_type, vendor_algorithm
from psa_bridge.driver.descriptions.model import AlgorithmSpec, Constant, Header, KeyTypeSpec
from psa_bridge.driver.descriptions.tokens import ExpressionError, check_identifier
from psa_bridge.driver.findings import Findings, Place, Related, did_you_mean, register, shown

MAX_NUMBER = 0xFFFFFFFF
MAX_ITEMS = 1000
MAX_FINDINGS = 500

register(
    """
    value-type          A property holds a value of the JSON type that the grammar asks for.
    invalid-value       A value lies outside what its property allows.
    unknown-property    An object holds properties of the grammar only.
    missing-property    A mandatory property is there.
    misplaced-property  A property stands where the grammar puts it.
    duplicate-value     A list names each element once.
    invalid-c-text      Texts that reach C keep to a small grammar.
    invalid-header      A header is a path relative to an include directory.
    invalid-condition   A condition is a simple preprocessor expression.
    unknown-mechanism   Algorithm and key type specifications use macros of the Crypto API; vendors' have numbers.
    header-algorithm    What looks like an algorithm of the Crypto API is one.
    too-many-findings   A file with very many errors is not read to its end.
    extension-ignored   A property of another implementation has no effect here.
    """
)

T = TypeVar("T")

OUR_NAMESPACE = "psa_bridge"
MBEDTLS_NAMESPACE = "mbedtls"


class Reader:
    """Reads values of one description and collects findings."""

    def __init__(self, findings: Findings, tolerance: Tolerance, root: Place) -> None:
        self.findings = findings
        self.root = root
        self.tolerance = tolerance
        self.extensions: list[str] = []

    def expect(self, node: Node, *kinds: str) -> bool:
        """Whether the node has one of these JSON types; reports it otherwise."""
        if node.kind in kinds:
            return True
        wanted = " or ".join(kinds)
        self.findings.error(
            "value-type",
            node.place,
            f"{_article(wanted)} is expected, not {_article(node.kind)}",
            f"write {wanted} here",
        )
        return False

    def members(self, node: Node, section: str, driver_type: str | None) -> dict[str, Node]:
        """The members of an object that its section knows and that this driver type may have.

        Reports everything else: unknown and misplaced properties, missing mandatory ones,
        extensions of others.
        """
        known = SECTIONS[section]
        result: dict[str, Node] = {}
        for name, member in node.members.items():
            if self.exhausted:
                break
            if name in known:
                if driver_type is not None and driver_type not in known[name].types:
                    self._wrong_driver_type(known[name], member, driver_type)
                else:
                    result[name] = member
            elif not self.comment_or_extension(name, member, section):
                self._unknown(name, member, section, driver_type)
        for name, rule in known.items():
            if driver_type in rule.mandatory and name not in node.members:
                self.missing(node, name, section, rule.tolerated)
        return result

    def missing(self, node: Node, name: str, section: str, tolerated: bool = False) -> None:
        """Report a mandatory property that is not there; ``tolerated``: a dialect does without it."""
        what = "the description" if section == DESCRIPTION else f"this {section}"
        report = self.tolerance.deviation if tolerated else self.findings.error
        report("missing-property", node.place, f"{what} has no {shown(name)}", f"add {shown(name)}")

    def comment_or_extension(self, name: str, member: Node, section: str) -> bool:
        """Whether a property is a comment or belongs to a namespace; namespaced ones are noted."""
        if name.startswith("_comment"):
            if name != "_comment":
                self.tolerance.deviation(
                    "unknown-property", member.key_place, f"the property {shown(name)}", 'call it "_comment"'
                )
            elif member.kind != "string":
                self.tolerance.deviation(
                    "value-type", member.place, f"a comment is a string, not {_article(member.kind)}", "write a string"
                )
            return True
        namespace, slash, rest = name.partition("/")
        if not slash or not namespace or not rest:
            return False
        if namespace == OUR_NAMESPACE:
            return False
        self.extensions.append(name)
        self._note_extension(namespace, name, member, section)
        return True

    def _note_extension(self, namespace: str, name: str, member: Node, section: str) -> None:
        honoured = [p for properties in SECTIONS.values() for p in properties if p.startswith(MBEDTLS_NAMESPACE)]
        if name in honoured:
            places = ", ".join(sections_with(name))
            self.findings.error(
                "misplaced-property",
                member.key_place,
                f"{shown(name)} does not belong into {_article(section)}",
                f"it belongs into: {places}",
            )
            return
        guess = did_you_mean(name, honoured) if namespace == MBEDTLS_NAMESPACE else ""
        message = f"the property {shown(name)} of another implementation has no effect"
        if guess:
            self.findings.warning("extension-ignored", member.key_place, message, guess)
        else:
            self.findings.note("extension-ignored", member.key_place, message)

    def _wrong_driver_type(self, rule: Property, member: Node, driver_type: str) -> None:
        self.findings.error(
            "misplaced-property",
            member.key_place,
            f"{_article(driver_type)} driver has no {shown(rule.name)}",
            f"remove it; only {' and '.join(rule.types)} drivers have it",
        )

    def _unknown(self, name: str, member: Node, section: str, driver_type: str | None) -> None:
        elsewhere = sections_with(name)
        if elsewhere:
            self.findings.error(
                "misplaced-property",
                member.key_place,
                f"{shown(name)} does not belong into {_article(section)}",
                f"move it to where it belongs: {', '.join(elsewhere)}",
            )
            return
        usable = [p.name for p in SECTIONS[section].values() if driver_type is None or driver_type in p.types]
        guess = did_you_mean(name, usable) or f"known here: {', '.join(usable)}"
        self.findings.error("unknown-property", member.key_place, f"unknown property {shown(name)}", guess)

    def text(self, node: Node, rule: str, check: Callable[[str], T]) -> T | None:
        """A string that a grammar accepts."""
        return self.checked(node, rule, check) if self.expect(node, "string") else None

    def checked(self, node: Node, rule: str, check: Callable[[str], T]) -> T | None:
        """A value whose text a grammar accepts."""
        try:
            return check(str(node.value))
        except ExpressionError as error:
            self.findings.error(rule, node.place, error.message, error.remedy)
            return None

    def identifier(self, node: Node) -> str | None:
        """A C identifier."""
        name = self.text(node, "invalid-c-text", check_identifier)
        if name is not None and name.startswith("psa_"):
            self.findings.warning(
                "invalid-c-text",
                node.place,
                f"{shown(name)} looks like a name of the Crypto API",
                "give the driver's functions and types a prefix of their own",
            )
        return name

    def boolean(self, node: Node) -> bool | None:
        """True or false."""
        return bool(node.value) if self.expect(node, "boolean") else None

    def constant(self, node: Node, least: int = 0, most: int = MAX_NUMBER) -> Constant | None:
        """A number, or a string with a C constant expression."""
        if not self.expect(node, "integer", "string"):
            return None
        if isinstance(node.value, str):
            expression = self.text(node, "invalid-c-text", parse_constant)
            if expression is None:
                return None
            constant = Constant(expression.text, expression.value, node.place)
        else:
            number = int(str(node.value))
            suffix = "u" if number > 0x7FFFFFFF else ""
            constant = Constant(f"{number}{suffix}", number, node.place)
        if constant.value is not None and not least <= constant.value <= most:
            self.findings.error(
                "invalid-value",
                node.place,
                f"{constant.value} is out of range",
                f"write a number from {least} to {most}",
            )
            return None
        return constant

    def condition(self, node: Node) -> Condition | None:
        """A preprocessor condition."""
        return self.text(node, "invalid-condition", lambda text: parse_condition(text, node.place))

    def header(self, node: Node) -> Header | None:
        """The path of a header."""
        path = self.text(node, "invalid-header", lambda text: check_header(text, allow_parent=True))
        if path is None:
            return None
        if ".." in path.split("/"):
            self.tolerance.deviation(
                "invalid-header",
                node.place,
                f"{shown(path)} leaves the include directory",
                "write it relative to an include directory, and add that directory to the include path",
            )
        return Header(path, node.place)

    def algorithm(self, node: Node) -> AlgorithmSpec | None:
        """An algorithm specification, or the number of a vendor's algorithm."""
        if not self.expect(node, "integer", "string"):
            return None
        if node.kind != "string":
            return self.checked(node, "unknown-mechanism", lambda text: vendor_algorithm(int(text), node.place))
        spec = self.text(node, "unknown-mechanism", lambda text: parse_algorithm(text, node.place))
        if spec is not None and spec.value is None and (guess := likely_meant(spec.text)):
            message = f"{shown(spec.text)} is taken for an algorithm of the driver's headers"
            self.findings.note("header-algorithm", node.place, message, guess)
        return spec

    def key_type(self, node: Node) -> KeyTypeSpec | None:
        """A key type specification."""
        return self.text(node, "unknown-mechanism", lambda text: parse_key_type(text, node.place))

    def array(self, node: Node, read: Callable[[Node], T | None], same: Callable[[T], object]) -> tuple[T, ...] | None:
        """Every element of an array; reports elements that say the same as an earlier one."""
        if not self.elements(node):
            return None
        result: list[T] = []
        seen: dict[object, Place] = {}
        for item in node.items:
            if self.exhausted:
                break
            value = read(item)
            if value is None:
                continue
            key = same(value)
            if key in seen:
                self.repeated(item, seen[key])
                continue
            seen[key] = item.place
            result.append(value)
        return tuple(result)

    def elements(self, node: Node) -> bool:
        """Whether the node is an array of a sensible length; reports it otherwise."""
        if not self.expect(node, "array"):
            return False
        if len(node.items) > MAX_ITEMS:
            self.findings.error(
                "invalid-value", node.place, f"a list of {len(node.items)} elements", f"at most {MAX_ITEMS} are read"
            )
            return False
        return True

    @property
    def exhausted(self) -> bool:
        """Whether there are so many errors that more of them would help nobody."""
        if len(self.findings) < MAX_FINDINGS:
            return False
        self.findings.error(
            "too-many-findings",
            self.root,
            f"there are more than {MAX_FINDINGS} findings; the rest of the file was not read",
            "correct these first",
        )
        return True

    def repeated(self, item: Node, first: Place) -> None:
        """Report an element that a list already has."""
        self.findings.warning(
            "duplicate-value",
            item.place,
            f"{shown(item.plain())} stands in this list already",
            "remove one of the two",
            (Related(first, "the first one is here"),),
        )


def _article(text: str) -> str:
    return f"{'an' if text[:1] in 'aeiou' else 'a'} {text}"
