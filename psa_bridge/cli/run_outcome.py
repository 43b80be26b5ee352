"""What `run` shows of a call: its output, who served it, what went wrong."""

from __future__ import annotations

import argparse
import base64
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psa_bridge import Key, PsaError, TraceEvent
    from psa_bridge.cli.calls import Call, Result
    from psa_bridge.cli.failures import CommandFailedError


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

    ``made`` is the material of a key that it made, ``events`` all calls of drivers, ``own`` those of the call itself.
    """

    arguments: argparse.Namespace
    call: Call
    given: dict[str, Any]
    result: Result
    made: bytes | None
    error: PsaError | CommandFailedError | None
    events: tuple[TraceEvent, ...]
    own: tuple[TraceEvent, ...]

    @property
    def _output(self) -> bytes | None:
        """What the call gave: its output, or else the key that it made."""
        return self.made if self.result.output is None else self.result.output

    @property
    def _is_secret(self) -> bool:
        """Whether the output is a key, or what a key is made of."""
        usage = self.call.usages.get("key", "").split("|")
        return self.result.output is None or "EXPORT" in usage or "DERIVE" in usage

    @property
    def _served_by(self) -> list[str]:
        """The drivers whose answer was not to pass the call on, in order."""
        from psa_bridge import NotSupported

        names = (e.driver for e in self.own if e.depth == 1 and e.status != NotSupported.status)
        return list(dict.fromkeys(names))

    @property
    def _missed(self) -> str:
        """A complaint about a driver that was to serve the call and did not."""
        wanted = self.arguments.require
        if wanted is None or wanted in self._served_by:
            return ""
        return f"{wanted} did not serve the call, but {', '.join(self._served_by) or 'nobody'}; `explain` tells why"

    def show(self) -> int:
        """Print everything; the exit code."""
        from psa_bridge.cli.arguments import write_bytes

        if self.arguments.save_new and self.made is not None:
            write_bytes(self.arguments.save_new, self.made, secret=True)
        if self.arguments.json:
            self._print_json()
        else:
            self._print()
        return 1 if self.error or self._missed else 0

    def _print(self) -> None:
        from psa_bridge.cli.output import trace_table

        say = self._say
        if self.arguments.trace:
            print(trace_table(self.events, sys.stderr), file=sys.stderr)
        if self.error is None:
            self._write(self._output)
            self._tell_key()
        if self.given.get("nonce") is not None and self.arguments.nonce is None and self.error is None:
            say(f"nonce: {self.given['nonce'].hex()} (drawn for this call; it is needed to decrypt)")
        if self._served_by:
            entry_points = dict.fromkeys(e.entry_point for e in self.own if e.depth == 1)
            say(f"served by {', then '.join(self._served_by)}: {', '.join(entry_points)}")
        elif self.error is None:
            say("served by the core itself")
        if self.error is not None:
            print(f"psa-bridge: {self.error}", file=sys.stderr)
        if self._missed:
            print(f"psa-bridge: {self._missed}", file=sys.stderr)

    def _say(self, text: str) -> None:
        """Something about the call, beside its output."""
        sys.stdout.flush()
        if not self.arguments.quiet:
            print(text, file=sys.stderr)

    def _tell_key(self) -> None:
        """What the call made beside its output."""
        if self.result.key is None:
            return
        key = _key_data(self.result.key)
        place = f" at location {key['location']:#x}" if key["location"] else ""
        kept = self.arguments.save_new or (self.result.output is None and self.made is not None)
        hint = "" if kept or place else "; --save-new FILE keeps it"
        self._say(f"made a {key['type']} of {key['bits']} bits{place}{hint}")

    def _write(self, result: bytes | None) -> None:
        from psa_bridge.cli.arguments import write_bytes

        if result is None:
            if self.call.checks and not self.arguments.quiet:
                print("it matches")
            return
        target = None if str(self.arguments.output) == "-" else self.arguments.output
        form = self.arguments.format or ("raw" if self.arguments.output else "hex")
        if form == "raw":
            data = result
        else:
            data = (result.hex().encode() if form == "hex" else base64.b64encode(result)) + b"\n"
        if target:
            write_bytes(target, data, self._is_secret)
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def _print_json(self) -> None:
        from psa_bridge.cli.arguments import print_json, write_bytes
        from psa_bridge.cli.reports import document

        if self.arguments.output and str(self.arguments.output) != "-" and self._output is not None:
            write_bytes(self.arguments.output, self._output, self._is_secret)
        key, new, error = self.given.get("key"), self.result.key, self.error
        content = {
            "call": self.call.name,
            "algorithm": str(self.given["alg"]) if self.given["alg"] else None,
            "key": _key_data(key) if key is not None else None,
            "ok": error is None and not self._missed,
            "new_key": _key_data(new) if new is not None else None,
            "output": self._output.hex() if self._output is not None else None,
            "nonce": nonce.hex() if (nonce := self.given.get("nonce")) is not None else None,
            "error": None if error is None else _error_data(error),
            "served_by": self._served_by,
            "required": self.arguments.require,
            "events": [_event_data(event) for event in self.own],
        }
        print_json(document("run", **content))


def _key_data(key: Key) -> dict[str, Any]:
    attributes = key.attributes
    return {"type": str(attributes.type), "bits": attributes.bits, "location": attributes.location}


def _error_data(error: PsaError | CommandFailedError) -> dict[str, Any]:
    names = ("status", "status_name", "driver", "entry_point")
    return {**{name: getattr(error, name, None) for name in names}, "message": str(error)}


def _event_data(event: TraceEvent) -> dict[str, Any]:
    names = ("driver", "entry_point", "mechanism", "status_name", "duration_ns", "input_bytes", "output_bytes", "depth")
    return {name: getattr(event, name) for name in names}
