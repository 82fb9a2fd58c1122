"""From a network of torch to an ONNX graph without its weights.

Torch's exporter writes what depends on the image size (padding, pooling) as arithmetic at run
time. A trained network has one size, so both become fixed layers first: the graph is half as
long, and ONNX Runtime joins padding, convolution, normalisation and activation into one step.
"""

from __future__ import annotations

import copy
import io
import warnings

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BadInput
from .age_model import AgeModel
from .device import device_of

_OPSET = 20  # the first with affine_grid


def export(model: AgeModel, size: int, key: str = "") -> bytes:
    """Return a network's graph for images of one size; the weights are left out.

    Parameters
    ----------
    model
        Trained; it is left as it is.
    size
        Side of its images in pixels.
    key
        Kept in the graph (``OnnxNetwork.key``), to tell later whose graph it is.

    Raises
    ------
    BadInput
        If the package onnx is not installed, or a layer has no counterpart in ONNX.
    """
    try:
        import onnx  # here: an extra, needed where models are trained and not where they predict
    except ImportError as error:
        raise BadInput(
            "The package onnx is not installed.", "Run pip install 'boneage-kit[train]'."
        ) from error

    fixed = _with_fixed_sizes(copy.deepcopy(model).cpu().eval(), size)
    images, sex = torch.zeros(2, 1, size, size), torch.tensor([0, 1])
    names = ["images", "sex"] if model.sex_input else ["images"]
    file = io.BytesIO()
    with warnings.catch_warnings():  # of numbers that become constants, as they should
        warnings.simplefilter("ignore")
        try:
            torch.onnx.export(
                fixed,
                (images, sex) if model.sex_input else (images,),
                file,  # type: ignore[arg-type]  # (the stub knows paths only)
                dynamo=False,
                opset_version=_OPSET,
                input_names=names,
                output_names=["years"],
                dynamic_axes={name: {0: "n"} for name in [*names, "years"]},
                do_constant_folding=False,
                training=torch.onnx.TrainingMode.PRESERVE,
            )
        except torch.onnx.errors.OnnxExporterError as error:
            raise BadInput(
                "This network cannot be written as an ONNX graph.", "It is used through torch."
            ) from error
    graph = onnx.load_from_string(file.getvalue())
    for tensor in graph.graph.initializer:
        if tensor.name in fixed.state_dict():
            _leave_out(tensor)
    onnx.helper.set_model_props(graph, {"key": key})
    return graph.SerializeToString()


def _leave_out(tensor) -> None:  # noqa: ANN001  (onnx.TensorProto, which has no types)
    """Turn a stored tensor into one that is handed over when the graph is loaded."""
    n_bytes = len(tensor.raw_data)
    if not tensor.dims:  # files of weights hold a single number as [1]
        tensor.dims.append(1)
    tensor.ClearField("raw_data")
    tensor.data_location = 1  # EXTERNAL
    for key, value in (("location", "weights"), ("offset", "0"), ("length", str(n_bytes))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value


class _PaddedConvolution(nn.Conv2d):
    """A convolution whose padding depends on the image size, for one size."""

    edges: tuple[int, int, int, int]

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(F.pad(images, self.edges, "constant", 0.0))


class _FixedPooling(nn.Module):
    """Adaptive average pooling as two products, for one size of maps."""

    def __init__(self, pooling: nn.AdaptiveAvgPool2d, maps: Tensor) -> None:
        super().__init__()
        height, width = maps.shape[2:]
        self.rows = pooling(
            torch.eye(height)[None]
            .expand(1, height, height)
            .reshape(1, height, height, 1)
            .expand(1, height, height, width)
        )
        self.rows = self.rows[0, :, :, 0].T.contiguous()  # (out, height)
        across = pooling(
            torch.eye(width).reshape(1, width, 1, width).expand(1, width, height, width)
        )
        self.columns = across[0, :, 0, :].contiguous()  # (width, out)

    def forward(self, maps: Tensor) -> Tensor:
        return self.rows @ maps @ self.columns


def _with_fixed_sizes(model: AgeModel, size: int) -> AgeModel:
    """Replace the layers that look at the image size, in place."""
    seen: dict[nn.Module, Tensor] = {}
    hooks = [
        layer.register_forward_hook(lambda layer, given, _: seen.update({layer: given[0]}))
        for layer in model.modules()
        if _depends_on_size(layer)
    ]
    with torch.no_grad():
        model(torch.zeros(1, 1, size, size, device=device_of(model)), torch.tensor([0]))
    for hook in hooks:
        hook.remove()
    for name, layer in list(model.named_modules()):
        if layer in seen:
            parent, _, attribute = name.rpartition(".")
            setattr(model.get_submodule(parent), attribute, _fixed(layer, seen[layer]))
    return model.eval()


def _depends_on_size(layer: nn.Module) -> bool:
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        return layer.output_size not in (1, (1, 1))
    return type(layer).__name__ == "Conv2dSame"  # timm's: padding as TensorFlow has it


def _fixed(layer: nn.Module, given: Tensor) -> nn.Module:
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        return _FixedPooling(layer, given)
    assert isinstance(layer, nn.Conv2d)
    edges: list[int] = []
    for side, kernel, stride in zip(
        given.shape[:1:-1], layer.kernel_size[::-1], layer.stride[::-1], strict=True
    ):
        missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        edges += [missing // 2, missing - missing // 2]
    (height, width), (down, across) = layer.kernel_size, layer.stride
    fixed = _PaddedConvolution(
        layer.in_channels,
        layer.out_channels,
        (height, width),
        (down, across),
        groups=layer.groups,
        bias=layer.bias is not None,
    )
    fixed.load_state_dict(layer.state_dict())
    fixed.edges = (edges[0], edges[1], edges[2], edges[3])
    return fixed
