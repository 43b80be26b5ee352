"""The second software driver, over the ``cryptography`` package, whose own OpenSSL may be newer than the system's.

Where the core has a software driver linked in, it adds what that one lacks; where libcrypto's
headers were missing at build time, it stands in for it.  It is always the last to be asked.

:mod:`~psa_bridge.software.table` says what it offers, and is all that making a core needs;
:mod:`~psa_bridge.software.driver` is the driver, imported by the first call that reaches it.
"""
