"""A trained network as an ONNX graph, run by ONNX Runtime: bone ages without torch.

The graph holds the operations; the weights stay in the model's own file and are handed over when
the network is built, so that nothing is stored twice. ONNX Runtime gives the same ages as torch
to 1e-4 years with half of the processor time (``studies/onnx_predict.py``).
:mod:`boneage_kit.models.onnx_export` makes the graph; that needs torch and the package onnx.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._process import usable_cores
from ..errors import BadInput
from ..records import parse_sex
from .views import VIEWS, all_views

#: Rows of one call: with more of them the maps leave the processor's cache.
_ROWS = 8


def available() -> bool:
    """Return whether ONNX Runtime is installed (the bare installation brings it)."""
    return importlib.util.find_spec("onnxruntime") is not None


class OnnxNetwork:
    """A network that predicts bone age, on the processor.

    Parameters
    ----------
    graph
        What :func:`boneage_kit.models.onnx_export.export` returned.
    weights
        The network's arrays by name, float16 or float32.
    threads
        0: as many as OMP_NUM_THREADS says, or as the cores that this process may use.

    Raises
    ------
    BadInput
        If graph and weights do not belong together.
    """

    def __init__(self, graph: bytes, weights: Mapping[str, np.ndarray], threads: int = 0) -> None:
        import onnxruntime  # here: 0.1 s, and an extra of the installation

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or _usual_threads()
        options.log_severity_level = 4  # its errors come as exceptions, and are told once
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        names = [name for name in weights if _names(graph, name)]
        arrays = [np.array(weights[name], dtype=np.float32, order="C", ndmin=1) for name in names]
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays]
        options.add_external_initializers(names, values)
        try:
            self.session = onnxruntime.InferenceSession(
                graph, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own classes, one per kind of failure
            raise BadInput(
                "The network's graph and its weights do not belong together.",
                "Copy the model's whole folder again, or train anew.",
            ) from error
        inputs = {entry.name: entry.shape for entry in self.session.get_inputs()}
        self.size, self.sex_input = int(inputs["images"][-1]), "sex" in inputs
        self.key = self.session.get_modelmeta().custom_metadata_map.get("key", "")

    def predict(
        self,
        images: ArrayLike,
        sexes: Sequence[object] | None,
        *,
        test_time_augmentation: bool = False,
    ) -> np.ndarray:
        """Return bone ages in years, float64 [n], as :func:`boneage_kit.training.predict` does.

        Parameters
        ----------
        images
            uint8 [n, s, s] of the size that the graph was made for.
        sexes
            "F"/"M" [n]; None only for a network that does not take the sex.
        test_time_augmentation
            Average over five views, all in one batch.

        Raises
        ------
        BadInput
            For images of another kind or size, an unknown sex, or an output that is not finite.
        """
        array = np.asarray(images)
        if array.dtype != np.uint8 or array.shape[1:] != (self.size, self.size) or not len(array):
            raise BadInput(
                f"The images are {array.dtype} of shape {array.shape}.",
                f"Give uint8 of shape [n, {self.size}, {self.size}].",
            )
        numbers = self._sex_numbers(sexes, len(array))
        n_views = len(VIEWS) if test_time_augmentation else 1
        step = max(1, _ROWS // n_views)
        years = []
        for start in range(0, len(array), step):
            part = array[start : start + step].astype(np.float32) / np.float32(255)
            rows = all_views(part) if test_time_augmentation else part[:, None]
            feed = {"images": rows}
            if self.sex_input:
                feed["sex"] = np.repeat(numbers[start : start + step], n_views)
            output = self.session.run(["years"], feed)[0]
            years.append(output.reshape(-1, n_views).mean(axis=1, dtype=np.float32))
        ages = np.concatenate(years).astype(float)
        if not np.isfinite(ages).all():
            raise BadInput(
                "The model's output is not a number.", "Train it anew; its weights are lost."
            )
        return ages

    def _sex_numbers(self, sexes: Sequence[object] | None, n: int) -> np.ndarray:
        if not self.sex_input:
            return np.empty(0, dtype=np.int64)
        if sexes is None or len(sexes) != n:
            raise BadInput(
                f"There are {n} images and {0 if sexes is None else len(sexes)} sexes.",
                'Give "F" or "M" for each image; the sex is never assumed.',
            )
        return np.array([int(parse_sex(sex) == "M") for sex in sexes], dtype=np.int64)


def _usual_threads() -> int:
    text = os.environ.get("OMP_NUM_THREADS", "")
    return int(text) if text.isdigit() and int(text) else usable_cores()


def _names(graph: bytes, name: str) -> bool:
    """Return whether the graph has a tensor of this name: field 8 of ONNX's TensorProto."""
    text = name.encode()
    return b"\x42" + bytes([len(text)]) + text in graph
