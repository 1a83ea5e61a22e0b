"""Pack a trained network, to be sent to a figure beside its state: weights quantized to eight bits, biases exact."""

import base64

import numpy as np
import torch
from torch import nn

from nnlab.widgets.chain import chain, is_convolutional

MODULES = {"convolution": nn.Conv2d, "max": nn.MaxPool2d, "average": nn.AvgPool2d, "mean": nn.AdaptiveAvgPool2d,
           "relu": nn.ReLU, "flatten": nn.Flatten, "linear": nn.Linear}
PAIRS = ("kernel_size", "stride", "padding", "dilation")  # sent as pairs, for height and width
SINGLE = ("in_channels", "groups", "count_include_pad")


def packed(network, inputs, outputs):
    """Network as JSON, for a figure that computes linear layers with ReLU between them, or a chain of layers.

    The weights of each unit or output channel become whole numbers from -127 to 127 (in base64, row by row) times one
    scale, its largest absolute weight / 127 (symmetric quantization per row); biases stay as they are.

    Args:
        network: a module of linear layers with ReLU between them, such as `nnlab.models.MLP`; or a convolutional
            network, as `nnlab.widgets.chain.chain` takes it. Dropout layers are left out, as in evaluation.
        inputs: number of inputs that the figure gives to the network; a convolutional one gets them as one channel of
            a square image. Or (channels, height, width), for a figure that takes only convolutional networks.
        outputs: number of outputs that the figure expects; None for any number.

    Raises:
        TypeError: `network` is not a module.
        ValueError: it has no linear layers, or of other sizes; it computes something else; or a weight is not finite.
    """
    if not isinstance(network, nn.Module):
        raise TypeError(f"network is a {type(network).__name__}; give the model itself, a torch.nn.Module")
    if is_convolutional(network):
        side = None if isinstance(inputs, list | tuple) else round(inputs ** 0.5)
        return _packed_chain(network, (1, side, side) if side else tuple(inputs), outputs)
    if isinstance(inputs, list | tuple):
        raise ValueError("this figure takes a convolutional network; this one has no convolution and no pooling")
    layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
    sizes = (layers[0].in_features, layers[-1].out_features) if layers else None
    if sizes != (inputs, outputs):
        found = f"{sizes[0]} to {sizes[1]}" if sizes else "none"
        raise ValueError(f"this figure takes a network with linear layers from {inputs} inputs to {outputs} outputs; "
                         f"this one has {found}")
    if any(not parameter.isfinite().all() for layer in layers for parameter in layer.parameters()):
        raise ValueError("the network has weights that are NaN or infinite; "
                         "train it again, with a smaller learning rate")
    _check_equal(network, layers)
    return {"layers": [_quantized(layer) for layer in layers]}


def _packed_chain(network, shape, outputs):
    """A convolutional `network` as JSON: the shape of its inputs, its number of outputs, each layer with its kind."""
    layers = chain(network, shape)
    with torch.no_grad():
        x = nn.Sequential(*layers)(torch.zeros(1, *shape, dtype=torch.float64))
    if x.dim() != 2 or outputs not in (None, x.shape[1]):
        raise ValueError(f"this figure takes a network with {outputs or 'a row of'} outputs for each image; this one's "
                         f"have the shape {tuple(x.shape[1:])}")
    return {"shape": list(shape), "outputs": x.shape[1], "layers": [_part(layer) for layer in layers]}


def _part(layer):
    """A `layer` of a chain as JSON, with its kind and its settings."""
    kind = next(kind for kind, module in MODULES.items() if isinstance(layer, module))
    weights = _quantized(layer) if hasattr(layer, "weight") else {}
    pairs = {name: _pair(getattr(layer, name)) for name in PAIRS if hasattr(layer, name)}
    return {"kind": kind} | weights | pairs | {name: getattr(layer, name) for name in SINGLE if hasattr(layer, name)}


def _pair(value):
    return list(value) if isinstance(value, tuple) else [value, value]


def _quantized(layer):
    """Weights of a `layer` in eight bits with a scale for each row, and its biases, as JSON."""
    weight = layer.weight.detach().cpu().double().flatten(1)
    scale = weight.abs().amax(1).clamp_min(1e-12) / 127
    whole = (weight / scale[:, None]).round().to(torch.int8).numpy()
    bias = torch.zeros(len(weight)) if layer.bias is None else layer.bias.detach().cpu().double()
    coded = base64.b64encode(whole.tobytes()).decode()
    return {"weight": coded, "scale": scale.tolist(), "bias": bias.tolist()}


def rounded(network, inputs=784, outputs=10):
    """The network as a figure computes it, in float64: an `nn.Sequential` of its layers, rounded by `packed`."""
    made = packed(network, inputs, outputs)
    layers = [_unpacked(part) for part in made["layers"]]
    if "shape" not in made:
        layers = [module for layer in layers for module in (layer, nn.ReLU())][:-1]
    return nn.Sequential(*layers)


def _unpacked(part):
    """The module, in float64, that computes a packed layer."""
    kind = part.get("kind", "linear")
    settings = {name: tuple(part[name]) for name in PAIRS if name in part}
    settings |= {name: part[name] for name in SINGLE if name in part}
    if "weight" not in part:
        return nn.AdaptiveAvgPool2d(1) if kind == "mean" else MODULES[kind](**settings)
    scale = torch.tensor(part["scale"], dtype=torch.float64)
    whole = torch.from_numpy(np.frombuffer(base64.b64decode(part["weight"]), np.int8).copy()).view(len(scale), -1)
    if kind == "convolution":
        layer = nn.Conv2d(out_channels=len(scale), **settings, dtype=torch.float64)
    else:
        layer = nn.Linear(whole.shape[1], len(scale), dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_((whole * scale[:, None]).view_as(layer.weight))
        layer.bias.copy_(torch.tensor(part["bias"], dtype=torch.float64))
    return layer


def _check_equal(network, layers):
    """Raise ValueError if `network` is not its linear `layers` with ReLU between them; its modes are left as found."""
    modes = {module: module.training for module in network.modules()}
    x = torch.rand(16, layers[0].in_features, generator=torch.Generator().manual_seed(0)).to(layers[0].weight)
    try:
        network.eval()
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            try:
                theirs = network(x)
            except (RuntimeError, TypeError, ValueError, IndexError) as error:
                raise ValueError(f"this figure gives the network inputs of shape {tuple(x.shape)}, flat ones, which it "
                                 f"does not take ({str(error).splitlines()[0]})") from None
            for layer in layers[:-1]:
                x = torch.relu(layer(x))
            ours = layers[-1](x)
    finally:
        for module, training in modes.items():
            module.training = training
    if theirs.shape != ours.shape or not torch.allclose(theirs, ours, rtol=1e-3, atol=1e-3):
        raise ValueError("this figure computes linear layers with ReLU between them and nothing else; this network "
                         "gives other outputs than that: has it another activation, or a softmax at its end?")
