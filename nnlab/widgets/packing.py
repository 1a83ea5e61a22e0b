"""Pack a trained network so that it travels to a figure beside its state: weights in eight bits, the rest in full."""

import base64

import numpy as np
import torch
from torch import nn


def packed(network, inputs, outputs):
    """The network as JSON, for a figure that computes linear layers with ReLU between them.

    The weights of each unit become whole numbers from -127 to 127 (in base64, row by row) times one scale, the unit's
    largest absolute weight / 127 (symmetric quantization per row); biases stay as they are.

    Args:
        network: a module of such layers, such as `nnlab.models.MLP`; dropout layers are left out, as in evaluation.
        inputs, outputs: number of inputs that the figure gives to the network, of outputs that it expects.

    Raises:
        TypeError: `network` is no module.
        ValueError: it has no linear layers, or of other sizes; it computes something else; or a weight is not finite.
    """
    if not isinstance(network, nn.Module):
        raise TypeError(f"network is a {type(network).__name__}; give the model itself, a torch.nn.Module")
    layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
    sizes = (layers[0].in_features, layers[-1].out_features) if layers else None
    if sizes != (inputs, outputs):
        found = f"{sizes[0]} to {sizes[1]}" if sizes else "none"
        raise ValueError(f"this figure takes a network with linear layers from {inputs} inputs to {outputs} outputs; "
                         f"this one has {found}")
    if any(not parameter.isfinite().all() for layer in layers for parameter in layer.parameters()):
        raise ValueError("the network has weights that are NaN or infinite; "
                         "train it again, with a smaller learning rate")
    parts = []
    for layer in layers:
        weight = layer.weight.detach().cpu().double()
        scale = weight.abs().amax(1).clamp_min(1e-12) / 127
        whole = (weight / scale[:, None]).round().to(torch.int8).numpy()
        bias = torch.zeros(len(weight)) if layer.bias is None else layer.bias.detach().cpu().double()
        coded = base64.b64encode(whole.tobytes()).decode()
        parts.append({"weight": coded, "scale": scale.tolist(), "bias": bias.tolist()})
    _check_equal(network, layers)
    return {"layers": parts}


def rounded(network, inputs=784, outputs=10):
    """The network as a figure computes it, in float64: an `nn.Sequential` of its linear layers, rounded by `packed`."""
    modules = []
    for part in packed(network, inputs, outputs)["layers"]:
        scale = torch.tensor(part["scale"], dtype=torch.float64)
        whole = torch.from_numpy(np.frombuffer(base64.b64decode(part["weight"]), np.int8).copy()).view(len(scale), -1)
        layer = nn.Linear(whole.shape[1], len(scale), dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(whole * scale[:, None])
            layer.bias.copy_(torch.tensor(part["bias"], dtype=torch.float64))
        modules += [layer, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


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
