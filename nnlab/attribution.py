"""Which parts of an image a network's output depends on: gradients, occlusion maps, Grad-CAM, guided backpropagation.

Each function takes a model, images (N, C, H, W) and a class for each, and leaves the model and its gradients as they
were. A map is evidence about this output of this model, not an explanation of the image: `randomized` returns the model
with which a map must be compared (Adebayo et al. 2018, Sanity checks for saliency maps).
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.unchanged import evaluating


def input_gradient(model, images, classes):
    """Gradient (N, C, H, W) of the logit of each image's class with respect to the image's pixels.

    Args:
        model: a `torch.nn.Module` that maps images to logits (N, number of classes); it is run in evaluation mode.
        images: tensor (N, C, H, W).
        classes: tensor (N,) of class numbers, or one class for all images.

    Source: Simonyan, Vedaldi and Zisserman 2014, Deep inside convolutional networks, section 3.
    """
    with evaluating(model), torch.enable_grad():
        images = images.detach().clone().requires_grad_()
        return torch.autograd.grad(_logits(model, images, classes).sum(), images)[0]


def guided_backprop(model, images, classes):
    """Gradient (N, C, H, W) as `input_gradient`, but each ReLU passes back only positive gradients.

    Args as for `input_gradient`; the activations must be `torch.nn.ReLU` modules, not in place.

    Raises:
        ValueError: the model has no such module, so the result would be the plain gradient.

    Source: Springenberg et al. 2015, Striving for simplicity, section 3.4.
    """
    rectifiers = [module for module in model.modules() if isinstance(module, nn.ReLU)]
    if not rectifiers or any(module.inplace for module in rectifiers):
        found = "ReLU modules that work in place" if rectifiers else "no nn.ReLU module"
        raise ValueError(f"the model has {found}; guided backpropagation changes the backward pass of nn.ReLU modules: "
                         "use nn.ReLU() as a module of the model instead of torch.relu or inplace=True")
    hooks = [module.register_full_backward_hook(lambda module, to_input, _: (to_input[0].clamp_min(0),))
             for module in rectifiers]
    try:
        return input_gradient(model, images, classes)
    finally:
        for hook in hooks:
            hook.remove()


def grad_cam(model, layer, images, classes):
    """Grad-CAM (N, H', W'): the channels of `layer`, weighted by the mean gradient of the class's logit, then ReLU.

    With activations A (N, K, H', W') of the layer and the logit z of the class, the weight of channel k is
    α_k = mean over i, j of ∂z/∂A_kij, and the map is max(0, Σ_k α_k A_k). It has the resolution of the layer.

    Args:
        model, images, classes: as for `input_gradient`.
        layer: the module of the model whose output is used, such as its last convolution.

    Raises:
        ValueError: `layer` is not a module of the model, or its output is not (N, K, H', W').

    Source: Selvaraju et al. 2017, Grad-CAM, section 3, equations 1 and 2.
    """
    if layer not in list(model.modules()):
        raise ValueError(f"{type(layer).__name__} is not a module of this model; give one such as model[3]")
    kept = []
    hook = layer.register_forward_hook(lambda module, inputs, outputs: kept.append(outputs))
    try:
        with evaluating(model), torch.enable_grad():
            logits = _logits(model, images.detach().clone().requires_grad_(), classes)
    finally:
        hook.remove()
    activations = kept[-1]
    if activations.ndim != 4:
        raise ValueError(f"the output of this {type(layer).__name__} has shape {tuple(activations.shape)}; Grad-CAM "
                         "needs feature maps (N, K, H', W'): choose a layer before the flattening")
    gradient = torch.autograd.grad(logits.sum(), activations)[0]
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    return (weights * activations).sum(1).relu().detach()


def enlarged(maps, size):
    """Maps (N, height, width) upsampled from (N, H', W') to `size`, (height, width), by bilinear interpolation."""
    return F.interpolate(maps[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]


@torch.no_grad()
def occlusion_map(model, image, label, size=7, stride=1, value=0.0):
    """Occlusion map (H', W'): decrease of the probability of class `label` when a square at this position is covered.

    Args:
        model: a `torch.nn.Module` that maps images to logits.
        image: tensor (C, H, W).
        label: class number.
        size: height and width of the square in pixels.
        stride: step between its positions, in pixels; H' = ⌊(H − size) / stride⌋ + 1.
        value: number that fills it.

    Positive where covering lowers the probability. Source: Zeiler and Fergus 2014, Visualizing and understanding
    convolutional networks, section 4.2.
    """
    height, width = image.shape[-2:]
    if not 1 <= size <= min(height, width):
        raise ValueError(f"size = {size}; the square must fit into the image of {height} × {width} pixels")
    tops, lefts = range(0, height - size + 1, stride), range(0, width - size + 1, stride)
    covered = image.repeat(len(tops) * len(lefts), 1, 1, 1)
    for number, (top, left) in enumerate((top, left) for top in tops for left in lefts):
        covered[number, :, top:top + size, left:left + size] = value
    with evaluating(model):
        whole = model(image[None]).softmax(1)[0, label]
        parts = torch.cat([model(batch).softmax(1)[:, label] for batch in covered.split(512)])
    return (whole - parts).reshape(len(tops), len(lefts))


def randomized(model, seed=0, keep=0):
    """Re-initialized copy of the model: each layer draws its parameters again by its own initialization.

    Args:
        model: a `torch.nn.Module`.
        seed: seed of the draws; torch's global generator is left as it was.
        keep: number of layers with parameters, counted from the input, that keep their trained parameters.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = copy.deepcopy(model)
        layers = [module for module in made.modules() if hasattr(module, "reset_parameters")]
        for layer in layers[keep:]:
            layer.reset_parameters()
    return made


def _logits(model, images, classes):
    """Logit (N,) of each image's class."""
    classes = torch.as_tensor(classes, device=images.device).expand(len(images))
    return model(images).gather(1, classes[:, None])[:, 0]
