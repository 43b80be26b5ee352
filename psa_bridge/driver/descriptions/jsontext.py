"""A JSON reader that remembers where everything stands.

The standard reader forgets positions and lets the last of several equal keys win.  This one
keeps line, column and JSON path of every value and key, and turns whatever is wrong with a
file into findings: encoding, size, depth, syntax, duplicate keys, numbers that are not JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from psa_bridge.driver.findings import Findings, Place, Related, register, shown

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_DIGITS = 100

register(
    """
    json-unreadable   The file cannot be read.
    json-encoding     A description is UTF-8 text without a byte order mark.
    json-size         A description is at most one mebibyte.
    json-syntax       The file is not JSON.
    json-depth        Values are nested at most 64 deep.
    json-duplicate    A property stands once in an object.
    json-number       Numbers are finite JSON numbers of a sensible length.
    """
)

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Node:
    """A value of a JSON file with its place.

    ``value`` is a scalar, a list of nodes, or a dict from key to node.  ``key_place`` is where
    the key stands for a member of an object.
    """

    value: Scalar | list[Node] | dict[str, Node]
    place: Place
    key_place: Place = field(default_factory=Place)

    @property
    def kind(self) -> str:
        """The JSON type, as messages call it."""
        value = self.value
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "boolean"
        names = ((str, "string"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object"))
        return next(name for kind, name in names if isinstance(value, kind))

    @property
    def members(self) -> dict[str, Node]:
        """The members of an object; empty for everything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The elements of an array; empty for everything else."""
        return self.value if isinstance(self.value, list) else []

    def plain(self) -> object:
        """The value without places, as the standard reader gives it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def child_path(path: str, step: str | int) -> str:
    """The JSON path of a member or an element: ``$.capabilities[0]['mbedtls/c_condition']``."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if _PLAIN_KEY.match(step):
        return f"{path}.{step}"
    return f"{path}[{shown(step)}]"


class _FatalError(Exception):
    """Reading cannot go on; the finding is already recorded."""


_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[-+]?[A-Za-z_][A-Za-z_0-9]*")
_CHUNK = re.compile(r'[^"\\\x00-\x1f]*')
_HEX4 = re.compile(r"[0-9A-Fa-f]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class _Scanner:
    def __init__(self, text: str, file: str, findings: Findings) -> None:
        self.text = text
        self.file = file
        self.findings = findings
        self.at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, at: int, path: str) -> Place:
        low, high = 0, len(self._line_starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._line_starts[middle] <= at else (low, middle)
        return Place(self.file, path, low + 1, at - self._line_starts[low] + 1)

    def fail(self, rule: str, path: str, message: str, remedy: str, at: int | None = None) -> _FatalError:
        self.findings.error(rule, self.place(self.at if at is None else at, path), message, remedy)
        return _FatalError()

    def peek(self) -> str:
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        return self.text[self.at : self.at + 1]

    def document(self) -> Node:
        if not self.peek():
            raise self.fail("json-syntax", "$", "the file is empty", "write a driver description: a JSON object")
        node = self.value("$", 0)
        if self.peek():
            raise self.fail(
                "json-syntax", "$", f"unexpected {shown(self.peek())} after the end", "a file holds one JSON value"
            )
        return node

    def value(self, path: str, depth: int) -> Node:
        start = self.peek()
        at = self.at
        if depth > MAX_DEPTH:
            raise self.fail("json-depth", path, f"values are nested deeper than {MAX_DEPTH}", "flatten the file")
        if start == "{":
            return Node(self.object(path, depth), self.place(at, path))
        if start == "[":
            return Node(self.array(path, depth), self.place(at, path))
        if start == '"':
            return Node(self.string(path), self.place(at, path))
        return Node(self.scalar(path, start), self.place(at, path))

    def object(self, path: str, depth: int) -> dict[str, Node]:
        result: dict[str, Node] = {}
        self.at += 1
        if self.peek() == "}":
            self.at += 1
            return result
        while True:
            if self.peek() != '"':
                remedy = "remove the comma before }" if self.peek() == "}" else "put the property name in double quotes"
                if self.peek() in ("/", "#"):
                    remedy = 'JSON has no comments; write a property "_comment"'
                raise self.fail("json-syntax", path, "a property name in double quotes is expected here", remedy)
            at = self.at
            key = self.string(path)
            key_path = child_path(path, key)
            key_place = self.place(at, key_path)
            if self.peek() != ":":
                raise self.fail("json-syntax", key_path, "a colon is missing after the property name", "write : here")
            self.at += 1
            node = self.value(key_path, depth + 1)
            if key in result:
                self.findings.error(
                    "json-duplicate",
                    key_place,
                    f"the property {shown(key)} stands twice in one object",
                    "keep one of them",
                    (Related(result[key].key_place, "the first one is here"),),
                )
            else:
                result[key] = Node(node.value, node.place, key_place)
            if self.separator(path, "}"):
                return result

    def array(self, path: str, depth: int) -> list[Node]:
        result: list[Node] = []
        self.at += 1
        if self.peek() == "]":
            self.at += 1
            return result
        while True:
            if self.peek() == "]":
                raise self.fail("json-syntax", path, "a value is expected after the comma", "remove the comma before ]")
            result.append(self.value(child_path(path, len(result)), depth + 1))
            if self.separator(path, "]"):
                return result

    def separator(self, path: str, closing: str) -> bool:
        found = self.peek()
        if found not in (",", closing) or not found:
            what = f"unexpected {shown(found)}" if found else "the file ends too early"
            raise self.fail("json-syntax", path, what, f"write a comma or {closing} here")
        self.at += 1
        return found == closing

    def string(self, path: str) -> str:
        start = self.at
        parts: list[str] = []
        self.at += 1
        while True:
            chunk = _CHUNK.match(self.text, self.at)
            assert chunk is not None
            parts.append(chunk.group())
            self.at = chunk.end()
            found = self.text[self.at : self.at + 1]
            if found == '"':
                self.at += 1
                return self._joined(parts, path, start)
            if found != "\\":
                what = "a string is not closed" if found in ("", "\n", "\r") else f"a control character {shown(found)}"
                raise self.fail("json-syntax", path, what, 'close it with " on the same line; write \\n for a new line')
            parts.append(self.escape(path))

    def escape(self, path: str) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in _ESCAPES:
            self.at += 2
            return _ESCAPES[letter]
        digits = _HEX4.match(self.text, self.at + 2) if letter == "u" else None
        if digits is None:
            raise self.fail(
                "json-syntax", path, f"unknown escape {shown(chr(92) + letter)}", "write \\\\ for a backslash"
            )
        self.at += 6
        return chr(int(digits.group(), 16))

    def _joined(self, parts: list[str], path: str, start: int) -> str:
        text = "".join(parts)
        if any("\ud800" <= character <= "\udfff" for character in text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            if "\ufffd" in text and "\ufffd" not in "".join(parts):
                raise self.fail(
                    "json-encoding", path, "half of a surrogate pair", "write both halves, \\ud83d\\ude00", start
                )
        return text

    def scalar(self, path: str, start: str) -> Scalar:
        number = _NUMBER.match(self.text, self.at)
        if number is not None:
            return self.number(number, path)
        word = _WORD.match(self.text, self.at)
        text = word.group() if word else start
        if text in _WORDS:
            self.at += len(text)
            return _WORDS[text]
        if text.lstrip("+-") in ("NaN", "Infinity", "nan", "inf"):
            raise self.fail("json-number", path, f"{text} is not a JSON number", "write a finite number")
        if text.lower() in _WORDS:
            raise self.fail("json-syntax", path, f"unexpected {shown(text)}", f"write {text.lower()}")
        if not text:
            raise self.fail("json-syntax", path, "the file ends too early", "a value is expected here")
        remedy = "JSON has no comments; use a _comment property" if text in "/#" else "a value is expected here"
        raise self.fail("json-syntax", path, f"unexpected {shown(text)}", remedy)

    def number(self, match: re.Match[str], path: str) -> int | float:
        text = match.group()
        rest = self.text[match.end() : match.end() + 1]
        if len(text) > MAX_DIGITS:
            raise self.fail(
                "json-number", path, f"a number of {len(text)} characters", "write a number of sensible size"
            )
        if rest.isalnum() or rest in ("_", "."):
            remedy = (
                'put hexadecimal numbers and expressions into a string: "0x10"' if rest in "xX" else "write a number"
            )
            raise self.fail("json-number", path, f"{shown(text + rest)} does not start a JSON number", remedy)
        self.at = match.end()
        return float(text) if match.group(1) or match.group(2) else int(text)


def decode(data: bytes, file: str, findings: Findings) -> str | None:
    """The text of a file, or None with a finding."""
    place = Place(file, "$")
    remedy = "save the file as UTF-8 without a byte order mark"
    if len(data) > MAX_BYTES:
        findings.error("json-size", place, f"the file has {len(data)} bytes", f"at most {MAX_BYTES} are read")
        return None
    for mark, name in ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            findings.error("json-encoding", place, f"the file starts with a byte order mark of {name}", remedy)
            return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        findings.error("json-encoding", Place(file, "$", line, column), "a byte that is not UTF-8", remedy)
        return None
    if "\0" in text:
        findings.error("json-encoding", place, "the file holds zero bytes: UTF-16 or no text at all", remedy)
        return None
    return text


def parse_json(source: str | bytes, file: str, findings: Findings) -> Node | None:
    """Read JSON from text or bytes.

    Returns None where the text is not JSON at all; the reason is in ``findings``.  Duplicate
    keys are errors, but the first of them is kept, so that the rest can be checked as well.
    """
    if isinstance(source, str):
        try:
            source = source.encode("utf-8")
        except UnicodeEncodeError:
            findings.error(
                "json-encoding", Place(file, "$"), "half of a surrogate pair in the text", "write valid text"
            )
            return None
    text = decode(source, file, findings)
    if text is None:
        return None
    try:
        return _Scanner(text, file, findings).document()
    except _FatalError:
        return None


def read_json(path: str | Path, findings: Findings) -> Node | None:
    """Read a JSON file; like :func:`parse_json`, with a finding for a file that cannot be read."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        findings.error(
            "json-unreadable", Place(str(path)), f"cannot read {shown(str(path))}: {reason}", "check the path"
        )
        return None
    return parse_json(data, str(path), findings)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the file."""
    yield node
    for child in (*node.members.values(), *node.items):
        yield from walk(child)
