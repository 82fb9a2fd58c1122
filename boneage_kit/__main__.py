"""``python -m boneage_kit``: the same as the ``boneage-kit`` command."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
