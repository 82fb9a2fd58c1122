"""What a student on Google Colab is told: the GPU, and the preset that fits it."""

from __future__ import annotations

import os
import sys

from ..provenance import gpu_name


def on_colab() -> bool:
    """Tell whether this is Google Colab.

    >>> on_colab()
    False
    """
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def colab_advice(preset_name: str) -> str:
    """Return one sentence for Colab's users: the GPU found and the preset that fits it.

    Elsewhere the sentence is empty, so that a committed output fits every machine.

    >>> colab_advice("binder")
    ''
    """
    if not on_colab():
        return ""
    gpu = gpu_name()
    if gpu is None:
        return "Colab without a GPU: keep preset binder, or choose Runtime > Change runtime type."
    if preset_name in ("smoke", "binder"):
        return f'Colab with a {gpu}: preset = "colab" trains on more images and takes minutes.'
    return f"Colab with a {gpu}."
