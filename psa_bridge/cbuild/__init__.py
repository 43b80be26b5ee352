"""Building the C side: the objects of the core, and the library for C programs.

The extension, the C tests and ``psa-bridge build`` all compile through here.  Standard
library only, since this runs inside ``setup.py``.
"""
