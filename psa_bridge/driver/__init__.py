"""Drivers: from a description and object files to a loaded image.

``descriptions`` reads and checks what a driver says of itself, ``glue`` writes the C text around its
functions, ``images`` compiles and links both into one file.  They use the standard library only where
they are needed while the package itself is being built.
"""
