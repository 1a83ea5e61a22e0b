// A function of a figure's root that measures what is shown: faults in words, and the texts whose contrast with what is
// behind them is to be measured in a picture. `least`: pixels of the smallest text; `lines`: lines of the sentence.
(root, { least, lines }) => {
    const faults = [], edge = root.getBoundingClientRect(), scale = edge.width / root.offsetWidth;
    const style = (node) => getComputedStyle(node);
    const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
        && !node.closest(".sheet, .tip, option, style, title, clipPath, defs");
    const name = (node) => `<${node.tagName.toLowerCase()}> ${(node.getAttribute("aria-label") || node.textContent
        || node.getAttribute("class") || "").trim().slice(0, 40)}`;
    const outside = (box, by) => Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top,
        box.bottom - edge.bottom) > by;

    // Texts: of a drawing, one for each piece that has its own size; of the rest, each node with words of its own.
    const own = (node) => [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data).join("").trim();
    const boxOf = (node) => {
        const range = document.createRange(), words = [...node.childNodes].filter((one) => one.nodeType === 3);
        range.setStartBefore(words[0]);
        range.setEndAfter(words.at(-1));
        return range.getBoundingClientRect();
    };
    const texts = [];
    for (const node of root.querySelectorAll("*")) {
        if (!seen(node)) continue;
        const drawn = node instanceof SVGElement, control = node.matches("select, input:not([type=range],[type=checkbox])");
        const words = control ? node.value : own(node), look = style(node);
        if (!words || parseFloat(look.fontSize) === 0 || look.clipPath.startsWith("inset")) continue;
        const box = control || drawn ? node.getBoundingClientRect() : boxOf(node);
        if (!box.width || !box.height) continue;
        const matrix = drawn ? node.getScreenCTM() : null;
        const size = parseFloat(look.fontSize) * (drawn ? Math.hypot(matrix.a, matrix.b) : scale);
        let opacity = drawn ? Number(look.fillOpacity) : 1;
        for (let at = node; at && at !== root; at = at.parentElement) opacity *= Number(style(at).opacity);
        const halo = drawn && look.paintOrder.startsWith("stroke") && parseFloat(look.strokeWidth) > 2;
        texts.push({ words: name(node), node, drawn, size, box, opacity, halo: halo ? look.stroke : null,
            color: drawn ? look.fill : look.color, turned: drawn && Math.abs(matrix.b) > 0.01,
            idle: Boolean(node.closest("[aria-disabled=true], :disabled")) });
    }
    for (const { words, size, box } of texts) {
        if (size < least - 0.05) faults.push(`text of ${size.toFixed(1)} px: ${words}`);
        if (outside(box, 1)) faults.push(`outside the figure: ${words}`);
    }

    // Texts of drawings that cover each other: their boxes without the room above and below the letters.
    const drawings = texts.filter((one) => one.drawn && !one.turned);
    drawings.forEach((one, k) => {
        for (const other of drawings.slice(k + 1)) {
            if (one.node.contains(other.node) || other.node.contains(one.node)) continue;
            const [a, b] = [one.box, other.box], small = Math.min(one.size, other.size);
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom - 0.25 * one.size, b.bottom - 0.25 * other.size)
                - Math.max(a.top + 0.25 * one.size, b.top + 0.25 * other.size);
            if (wide > 0.2 * small && high > 0.15 * small) faults.push(`texts overlap: ${one.words}, ${other.words}`);
        }
    });

    // Controls: inside the figure, their words not cut off, not over each other.
    const controls = [...root.querySelectorAll("button, input, select, textarea, td, th, .field, .says")].filter(seen);
    for (const node of controls) {
        if (outside(node.getBoundingClientRect(), 1)) faults.push(`outside the figure: ${name(node)}`);
        const cut = node.matches("button, input[type=number], .says")
            && (node.scrollWidth > node.clientWidth + 2 || node.scrollHeight > node.clientHeight + 2);
        if (cut && !node.classList.contains("icon")) faults.push(`cut off: ${name(node)}`);
    }
    const pressed = controls.filter((node) => node.matches("button, input, select") && !node.closest(".settings"));
    pressed.forEach((one, k) => {
        const a = one.getBoundingClientRect();
        for (const other of pressed.slice(k + 1)) {
            const b = other.getBoundingClientRect();
            if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2) {
                faults.push(`controls overlap: ${name(one)}, ${name(other)}`);
            }
        }
    });

    // Marks: inside the figure; those whose colors are weak against its ground. Grid, tracks and scales of colors are no marks.
    const light = (color) => {
        const [r, g, b] = color.map((one) => one / 255)
            .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const parts = (color) => color.match(/[\d.]+/g)?.map(Number) ?? null;
    const ground = light(parts(style(root).backgroundColor)), weak = [];
    const contrast = (one) => (Math.max(one, ground) + 0.05) / (Math.min(one, ground) + 0.05);
    const probe = document.createElement("span");
    root.append(probe);
    const decorative = ["--pale", "--soft", "--ground"].map((part) => {
        probe.style.color = `var(${part})`;
        return style(probe).color;
    });
    probe.remove();
    for (const node of root.querySelectorAll(".panels :is(circle, line, polyline, path, rect, polygon, ellipse)")) {
        if (!seen(node) || node.closest("[clip-path] clipPath")) continue;
        const look = style(node), box = node.getBoundingClientRect();
        const paints = [["stroke", look.stroke, Number(look.strokeOpacity), parseFloat(look.strokeWidth)],
            ["fill", look.fill, Number(look.fillOpacity), 1]].filter(([, color, opacity, width]) =>
            color.startsWith("rgb") && !/, 0\)/.test(color) && opacity && width);
        if (!paints.length || (!box.width && !box.height)) continue;
        if (!node.closest("[clip-path]") && outside(box, 3)) faults.push(`outside the figure: ${name(node)}`);
        if (!node.matches("circle, polyline, .knob, .knob *, .grip")) continue;
        let opacity = 1;
        for (let at = node; at && at !== root; at = at.parentElement) opacity *= Number(style(at).opacity);
        const strong = paints.some(([, color, part]) => decorative.includes(color)
            || contrast(light(parts(color))) >= 3 || part * opacity < 0.75);
        if (!strong) weak.push({ words: name(node), box, colors: paints.map(([, color]) => color) });
    }

    const says = root.querySelector(".says"), height = parseFloat(style(says).lineHeight);
    const words = document.createRange();
    words.selectNodeContents(says);
    const count = says.textContent ? Math.round(words.getBoundingClientRect().height / scale / height) : 0;
    if (count > lines) faults.push(`${count} lines outside the drawing`);

    const place = ({ left, top, width, height: high }) => [left - edge.left, top - edge.top, width, high];
    return { faults, size: [edge.width, edge.height],  // a weak mark may stand on another one: a picture shows it
        marks: weak.map(({ words: said, box, colors }) => ({ words: said, box: place(box), colors })),
        texts: texts.filter((one) => !one.idle).map(({ words: said, box, color, halo, opacity, size }) =>
            ({ words: said, box: place(box), color, halo, opacity, size })) };
}
