"""Keys that come from elsewhere and go elsewhere: objects of ``cryptography``, PEM and DER.

These modules know both sides' formats and nothing of a core; they load ``cryptography``, so they are
imported only when they are needed.
"""
