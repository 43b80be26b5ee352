"""From a bundle to one closed image: the compiler, the objects, the linker."""
