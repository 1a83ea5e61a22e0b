"""How a kernel that executes the course shows figures of matplotlib: with their titles, and for solved runs finely."""

import inspect


def prelude(fine=False):
    """Python code that a kernel runs before a notebook: its figures then come with titles, and, if `fine`, at twice
    the resolution and measured.
    """
    return f"{inspect.getsource(_show_figures)}\n_show_figures({fine})\ndel _show_figures\n"


def _show_figures(fine):
    """Change how IPython shows figures; runs in the kernel, where this module cannot be imported.

    The metadata of each image get ``alt``, all of its titles, for screen readers. If `fine`, they get also ``width``
    and ``height`` (half of the image's pixels), ``font`` (the smallest font in the same pixels) and, where a title
    stands above everything else, this ``title``, the place that it ``covers`` (left, top, right, bottom) and how much
    of the image one may ``crop`` at the top without it, as shares of width and height.

    Where the formatter's attribute ``legible`` is set, figures are drawn smaller, with words as large as before, until
    the smallest words have this share of the image's width (but not below 55 % of their size).
    """
    from base64 import b64decode

    from IPython import get_ipython

    def said(text):
        return " ".join(text.split())

    def titles(figure):
        return [figure._suptitle, *(one for axes in figure.axes for one in (axes._left_title, axes.title,
                                                                            axes._right_title))]

    def smallest(figure):
        from matplotlib.text import Text
        off = {id(text) for axes in figure.axes if not (axes.axison and axes.get_visible())
               for axis in (axes.xaxis, axes.yaxis) for text in axis.findobj(Text)}
        return min((text.get_fontsize() for text in figure.findobj(Text)
                    if id(text) not in off and text.get_visible() and text.get_text().strip()), default=99)

    def measured(figure):
        data = {"font": round(smallest(figure) * figure.dpi / 72, 2)}
        written = [one for one in titles(figure) if one is not None and one.get_text().strip()]
        if written:
            import matplotlib as mpl
            renderer, title, pad = figure.canvas.get_renderer(), written[0], mpl.rcParams["savefig.pad_inches"]
            whole, own = figure.get_tightbbox(renderer), title.get_window_extent(renderer)
            own = own.transformed(figure.dpi_scale_trans.inverted())  # inches
            title.set_visible(False)
            below = figure.get_tightbbox(renderer)
            title.set_visible(True)
            if whole.y1 - below.y1 > 0.1:  # nothing stands beside the title
                left, top, wide, high = whole.x0 - pad, whole.y1 + pad, whole.width + 2 * pad, whole.height + 2 * pad
                places = [(own.x0 - left) / wide, (top - own.y1) / high, (own.x1 - left) / wide, (top - own.y0) / high]
                data |= {"title": said(title.get_text()), "covers": [round(one, 4) for one in places],
                         "crop": round((top - max(own.y0, below.y1 + 0.02)) / high, 4)}
        return data

    formatter = get_ipython().display_formatter.formatters["image/png"]
    register = formatter.for_type

    def for_type(kind, draw=None):  # as matplotlib registers its figures, once it is there
        if draw is None or kind.__name__ != "Figure":
            return register(kind, draw)

        def png(figure):
            if share := getattr(formatter, "legible", 0):
                words = smallest(figure) / 72 / figure.get_figwidth()
                figure.set_size_inches(figure.get_size_inches() * min(1, max(0.55, words / share)))
            image = draw(figure, fmt="retina") if fine else draw(figure)
            texts = [said(one.get_text().replace("$", "")) for one in titles(figure) if one is not None]
            data = {"alt": "; ".join(filter(None, texts))} if any(texts) else {}
            if fine and image:
                size = b64decode(image[:64])[16:24]
                data |= {"width": int.from_bytes(size[:4]) // 2, "height": int.from_bytes(size[4:]) // 2}
                data |= measured(figure)
            return image, data
        return register(kind, png)
    formatter.for_type = for_type
