"""Images that are sent to a figure beside its state: as bytes, with the names of their classes."""

import base64

import torch


def packed_images(images, labels, classes, reads, outputs=None):
    """Images with their labels and the class names as JSON, for a figure that shows them.

    A pixel is sent as a byte: 0 and 255 represent "low" and "high", which are 0 and 1 or, if there are values outside
    0 to 1, the smallest and the largest value. So the images may be normalized.

    Args:
        images: tensor or array of shape (N, height, width) or (N, 1, height, width), as the network gets them; with
            dtype uint8 a pixel counts as its value / 255. None for the figure's own images.
        labels: N class indices, or None.
        classes: a list with the names of the classes, or None.
        reads: what the figure takes, by the rules of its state: the shape (1, height, width) of its "inputs", and the
            largest number of "images".
        outputs: number of outputs of the network, if there is one.

    Raises:
        ValueError: another shape, too many images, a pixel that is not finite, or labels and names that do not fit.
    """
    made = {}
    if classes is not None:
        classes = [str(name) for name in classes]
        if outputs is not None and len(classes) != outputs:
            raise ValueError(f"classes has {len(classes)} names for a network with {outputs} outputs; "
                             "give one for each output")
        made["classes"] = classes
    if images is None:
        if labels is not None:
            raise ValueError("labels need images; give images too")
        return made
    (_, height, width), most = reads["inputs"], reads["images"]
    pixels = torch.as_tensor(images).detach().cpu()
    pixels = pixels.double() / 255 if pixels.dtype == torch.uint8 else pixels.double()
    if pixels.dim() == 4 and pixels.shape[1] == 1:
        pixels = pixels[:, 0]
    if pixels.shape[1:] != (height, width) or not 1 <= len(pixels) <= most:
        raise ValueError(f"images has the shape {tuple(torch.as_tensor(images).shape)}; this figure takes 1 to {most} "
                         f"images, (N, {height}, {width}) or (N, 1, {height}, {width})")
    if not pixels.isfinite().all():
        raise ValueError("images has pixels that are NaN or infinite")
    low, high = min(0.0, pixels.min().item()), max(1.0, pixels.max().item())
    if low < 0 or high > 1:
        low, high = pixels.min().item(), pixels.max().item()
    whole = ((pixels - low) / (high - low) * 255).round().to(torch.uint8).numpy()
    made["images"] = {"pixels": [base64.b64encode(one.tobytes()).decode() for one in whole], "low": low, "high": high}
    if labels is not None:
        made["images"]["names"] = _names(labels, classes, len(pixels))
    return made


def _names(labels, classes, count):
    """The name of each image's class, or its label where the classes have no names."""
    labels = torch.as_tensor(labels).flatten().tolist()
    if len(labels) != count or any(label != int(label) or label < 0 for label in labels):
        raise ValueError(f"labels has {len(labels)} values for {count} images; give the class index of each")
    if classes is not None and max(labels) >= len(classes):
        raise ValueError(f"labels has the class {int(max(labels))}; classes has names for 0 to {len(classes) - 1}")
    return [str(int(label)) if classes is None else classes[int(label)] for label in labels]
