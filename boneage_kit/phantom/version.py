"""The version of the drawing: which pixels a phantom of given arguments has."""

from __future__ import annotations

#: Raised by hand when a change alters the drawn pixels; ``tests/unit/test_phantom_golden.py``
#: notices a change. Kept images, checksums of phantom data and runs to be resumed depend on it,
#: and on nothing else of the code.
PHANTOM_VERSION = 3
