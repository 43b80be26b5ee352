"""Packed calls over a stream of bytes: drivers that run in another process, or on another machine.

Three layers, each knowing only the one below: :mod:`~psa_bridge.wire.transport` moves
bytes, :mod:`~psa_bridge.wire.framing` makes checksummed frames of them, and
:mod:`~psa_bridge.wire.messages` puts calls into frames.  A :class:`~psa_bridge.wire.server.Server`
answers, a :class:`~psa_bridge.wire.client.Client` asks.  Needs the extra ``wire`` (cbor2).
"""
