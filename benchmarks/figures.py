"""Frames per second of the playground while it trains, in Chromium, for networks of several sizes.

    python benchmarks/figures.py     part of `make bench`

It trains on all 7 features, at most an epoch of ten steps between two images. A frame counts where the browser
presents one and the figure has changed since the one before.
"""

import statistics

from nnlab.course.browser import chromium
from nnlab.course.normalize import figure_page
from nnlab.device import describe
from nnlab.widgets import defaults, rules

BOUND = 30  # frames per second, at least
WINDOWS, SECONDS = 7, 2
NETWORKS = {"1 × 4": [[4]], "2 × 8": [[8]] * 2, "4 × 8": [[8]] * 4}  # hidden layers × units
STATE = {"features": rules("playground")["choices"]["features"], "data": "spirals", "rate": "0.03"}
COUNT = """(milliseconds) => new Promise((resolve) => {
    const root = document.querySelector("[data-figure]").shadowRoot, start = performance.now();
    const watch = new MutationObserver(() => { changed = true; });
    let changed = false, frames = 0;
    watch.observe(root, { attributes: true, childList: true, characterData: true, subtree: true });
    const tick = (now) => {
        frames += changed;
        changed = false;
        if (now - start < milliseconds) { requestAnimationFrame(tick); return; }
        watch.disconnect();
        resolve(frames / (now - start) * 1000);
    };
    requestAnimationFrame(tick);
})"""  # frames per second in a window


def rates(browser, layers):
    """Frames per second in each window, and milliseconds of the main thread's CPU time that a frame takes."""
    page = figure_page(browser, {"name": "playground", "state": defaults("playground") | STATE | {"layers": layers}})
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def cpu():
        return {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}["TaskDuration"]

    pause, found, spent = page.get_by_role("button", name="Pause", exact=True), [], []
    for _ in range(WINDOWS):  # each from the first step: a run ends after 6000
        page.get_by_role("button", name="Restart", exact=True).click()
        page.get_by_role("button", name="Play", exact=True).click()
        page.wait_for_timeout(200)
        before = cpu()
        found.append(page.evaluate(COUNT, 1000 * SECONDS))
        spent.append(1000 * (cpu() - before) / (SECONDS * found[-1]))
        pause.click()
    page.context.close()
    return found, statistics.median(spent)


def main():
    """Print the table, and whether each median reaches BOUND."""
    print(f"\nThe playground while it trains, {WINDOWS} windows of {SECONDS} s; {describe()}")
    print("| hidden layers × units | frames per second, median | slowest window | CPU a frame |\n|---|---|---|---|")
    with chromium() as browser:
        for name, layers in NETWORKS.items():
            found, spent = rates(browser, layers)
            told = "" if statistics.median(found) >= BOUND else f" (below {BOUND})"
            print(f"| {name} | {statistics.median(found):.0f}{told} | {min(found):.0f} | {spent:.1f} ms |", flush=True)


if __name__ == "__main__":
    main()
