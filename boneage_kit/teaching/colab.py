"""What a student on Google Colab or Kaggle is told: the GPU, and the preset that fits it."""

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


def on_kaggle() -> bool:
    """Tell whether this is a Kaggle notebook.

    >>> on_kaggle()
    False
    """
    return "KAGGLE_KERNEL_RUN_TYPE" in os.environ


def colab_advice(preset_name: str) -> str:
    """Return one sentence for users of Colab and Kaggle: the GPU and the preset that fits it.

    Elsewhere the sentence is empty, so that a committed output fits every machine.

    >>> colab_advice("binder")
    ''
    """
    if on_colab():
        host, gpu_menu = "Colab", "Runtime > Change runtime type"
    elif on_kaggle():
        host, gpu_menu = "Kaggle", "Settings > Accelerator"
    else:
        return ""
    gpu = gpu_name()
    if gpu is None:
        return f"{host} without a GPU: keep preset binder, or choose {gpu_menu}."
    if preset_name in ("smoke", "binder"):
        return f'{host} with a {gpu}: preset = "colab" trains on more images and takes minutes.'
    return f"{host} with a {gpu}."
