"""From the tables of psa_bridge.spec to text: C, cffi declarations and the entry point reference.

Every emitter is a pure function; only ``python -m psa_bridge.gen`` and the build scripts
write files.  Standard library only, since this runs inside ``setup.py``.
"""
