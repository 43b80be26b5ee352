"""Drivers: from a description and object files to a loaded image.

The modules that read descriptions use the standard library only, because they also run
while the package itself is being built.
"""
