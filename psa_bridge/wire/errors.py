"""What can go wrong between a core and a driver elsewhere."""

from __future__ import annotations

COMMUNICATION_FAILURE = -145


class WireError(Exception):
    """The driver cannot be reached or does not answer sensibly: PSA_ERROR_COMMUNICATION_FAILURE."""

    status = COMMUNICATION_FAILURE


class EndOfStreamError(WireError):
    """The other side is gone."""


class ClosedError(WireError):
    """The connection was closed on purpose."""


class TimedOutError(WireError):
    """The other side did not answer in time."""


class FrameError(WireError):
    """Bytes that are not a frame: wrong start, wrong checksum, or too long."""


class MessageError(WireError):
    """A frame whose content is not a message, or does not fit the call."""
