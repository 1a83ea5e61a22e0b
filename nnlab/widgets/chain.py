"""A convolutional network as a chain of layers: modules in float64 with the same outputs in evaluation mode."""

import copy
import itertools

import torch
import torch.fx
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

LEFT_OUT = nn.Dropout | nn.Dropout1d | nn.Dropout2d | nn.Identity  # they compute nothing in evaluation mode
LAYERS = (nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Flatten, nn.Linear)
TAKES = ("it takes Conv2d, BatchNorm2d, ReLU, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d(1) or the mean over height and "
         "width, Flatten, Linear and Dropout")
BESIDE = ("size", "getattr", "getitem")  # methods that only read a shape, as in x.view(x.size(0), -1)
POOLING = {"max_pool2d": nn.MaxPool2d, "avg_pool2d": nn.AvgPool2d, "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d}


def is_convolutional(network):
    """Whether the `network` has a layer that takes images: a convolution or pooling."""
    return any(isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d) for module in network.modules())


def chain(network, shape):
    """List of the layers of `network` in order: modules in float64 that share no memory with it.

    Functions such as `torch.relu` become modules. Dropout is left out, as in evaluation. A BatchNorm2d with its running
    statistics is folded into the convolution before it; elsewhere it becomes a 1×1 convolution of each channel alone.

    Args:
        network: an `nn.Sequential`, or a module whose layers follow one another in one chain; `torch.fx` traces it.
        shape: (channels, height, width) of an input.

    Raises:
        ValueError: it computes something else, does not take such inputs, or has a weight that is not finite.
    """
    whole = copy.deepcopy(network).cpu().double().eval()
    if not all(torch.isfinite(tensor).all() for tensor in itertools.chain(whole.parameters(), whole.buffers())):
        raise ValueError("the network has weights that are NaN or infinite; "
                         "train it again, with a smaller learning rate")
    x = torch.rand(4, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        try:
            theirs = whole(x)
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            raise ValueError(f"this figure gives the network inputs of shape {tuple(x.shape)}, which it does not take "
                             f"({str(error).splitlines()[0]})") from None
        layers = _folded([_checked(layer) for layer in _traced(whole)])
        for layer in layers:
            if isinstance(layer, nn.Linear) and x.dim() != 2:
                raise ValueError("this figure takes a Linear layer only after Flatten or the mean over height and "
                                 f"width; this one gets a tensor of shape {tuple(x.shape)}")
            x = layer(x)
    if theirs.shape != x.shape or not torch.allclose(theirs, x, rtol=1e-6, atol=1e-8):
        raise ValueError("this figure computes the network's layers one after the other; this network gives other "
                         "outputs than that: does it drop units in evaluation mode, or change the order of the pixels?")
    return layers


def _traced(network):
    """The layers in the order in which `network` calls them; functions as modules."""
    try:
        traced = torch.fx.symbolic_trace(network)
    except Exception as error:  # a network's own code may raise any exception
        raise ValueError("this figure cannot follow the network's forward(), which decides by the values or the shape "
                         f"of its input ({str(error).splitlines()[0]}); write it as an nn.Sequential") from None
    layers, last = [], None
    for node in traced.graph.nodes:
        name = node.target if isinstance(node.target, str) else node.target.__name__
        if node.op == "placeholder" and last is None:
            last = node
        elif node.op not in ("placeholder", "output") and name in BESIDE:
            continue
        elif node.args[:1] != (last,):
            raise ValueError("this figure takes a network whose layers follow one another in one chain; in this one "
                             f"{str(node)!r} does not get the result of the layer before it, and nothing else")
        elif node.op != "output":
            layers += [traced.get_submodule(name)] if node.op == "call_module" else _as_modules(node, name)
            last = node
    return [layer for layer in layers if not isinstance(layer, LEFT_OUT)]


def _as_modules(node, name):
    """The modules that compute the function called `name` in the traced `node`."""
    arguments, named = node.args[1:], dict(node.kwargs)
    if name in ("relu", "relu_"):
        return [nn.ReLU()]
    if name in ("flatten", "view", "reshape"):  # whether it flattens all but the batch, its outputs show
        return [nn.Flatten()]
    if name in ("dropout", "dropout2d", "contiguous"):
        return []
    if name in POOLING:
        return [POOLING[name](*arguments, **named)]
    if name == "mean":
        axes, keep = (*arguments, named.get("dim"))[0], named.get("keepdim", (*arguments, False, False)[1])
        if isinstance(axes, list | tuple) and sorted(axis % 4 for axis in axes) == [2, 3]:
            return [nn.AdaptiveAvgPool2d(1), *([] if keep else [nn.Flatten()])]
    raise ValueError(f"this figure cannot compute {name!r} in the network's forward(); {_instead(name)}")


def _instead(name):
    """Clause on what to do about a layer or function called `name` that no figure computes."""
    return "leave it out, the figure adds the softmax itself" if "softmax" in name.lower() else TAKES


def _checked(layer):
    """The `layer`, if a figure can compute it as it is set."""
    kind = type(layer).__name__
    if not isinstance(layer, LAYERS):
        raise ValueError(f"this figure cannot compute {kind}; {_instead(kind)}")
    problem = None
    if isinstance(layer, nn.Conv2d) and layer.padding_mode != "zeros":
        problem = f"padding_mode={layer.padding_mode!r}; it pads with zeros"
    elif isinstance(layer, nn.Conv2d) and isinstance(layer.padding, str):
        reach = [d * (k - 1) for d, k in zip(layer.dilation, layer.kernel_size, strict=True)]
        if layer.padding == "same" and any(one % 2 for one in reach):
            problem = "padding='same' for a kernel of even size, which pads one side more; give the padding as a number"
        layer.padding = tuple(one // 2 for one in reach) if layer.padding == "same" else (0, 0)
    elif isinstance(layer, nn.BatchNorm2d) and layer.running_mean is None:
        problem = "track_running_stats=False: its outputs depend on the other images of the batch"
    elif isinstance(layer, nn.AdaptiveAvgPool2d) and layer.output_size not in (1, (1, 1)):
        problem = f"output_size={layer.output_size}; it takes 1, the mean over height and width"
    elif isinstance(layer, nn.Flatten) and (layer.start_dim, layer.end_dim) != (1, -1):
        problem = f"start_dim={layer.start_dim}, end_dim={layer.end_dim}; it flattens all but the batch, 1 to -1"
    else:
        usual = {"ceil_mode": False, "return_indices": False, "divisor_override": None}
        problem = next((f"{part}={getattr(layer, part)}; it takes {value}" for part, value in usual.items()
                        if getattr(layer, part, value) != value), None)
    if problem:
        raise ValueError(f"this figure cannot compute {kind} with {problem}")
    return layer


def _folded(layers):
    """The `layers` without batch normalizations: each is folded into the convolution before it, or becomes one."""
    made = []
    for layer in layers:
        if isinstance(layer, nn.BatchNorm2d):
            if not (made and isinstance(made[-1], nn.Conv2d)):
                count = layer.num_features
                made.append(nn.Conv2d(count, count, 1, groups=count, bias=False, dtype=torch.float64))
                nn.init.ones_(made[-1].weight)
            layer = fuse_conv_bn_eval(made.pop().eval(), layer)
        made.append(layer)
    return made
