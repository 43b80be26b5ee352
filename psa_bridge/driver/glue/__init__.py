"""The glue of a bundle: C text around a driver's functions."""
