"""The process around a driver: ``python -m psa_bridge.wire.child MODULE:ATTRIBUTE READ_FD WRITE_FD``.

The attribute is a :class:`psa_bridge.wire.server.Served`, or a function that makes one.
"""

from __future__ import annotations

import importlib
import sys

from psa_bridge.wire.errors import WireError
from psa_bridge.wire.server import Served, Server
from psa_bridge.wire.transport import PipeStream


def find(target: str) -> Served:
    """The driver that ``module:attribute`` names."""
    module, _, attribute = target.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    served = found() if callable(found) else found
    if not isinstance(served, Served):
        raise TypeError(f"{target} is not a psa_bridge.wire.server.Served")
    return served


def main(arguments: list[str]) -> int:
    """Serve until the other side is done; the exit status is 0 then."""
    if len(arguments) != 3:
        print("usage: python -m psa_bridge.wire.child MODULE:ATTRIBUTE READ_FD WRITE_FD", file=sys.stderr)
        return 2
    target, read_fd, write_fd = arguments
    stream = PipeStream(int(read_fd), int(write_fd))
    try:
        Server(find(target), stream).run()
    except WireError as error:
        print(f"psa_bridge.wire.child: {error}", file=sys.stderr)
        return 1
    finally:
        stream.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
