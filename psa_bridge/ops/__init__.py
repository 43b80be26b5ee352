"""The functions of the API as methods, one module per family of operations."""
