"""Neural networks, week by week: the package that the course's notebooks import.

Leaves, which use nothing else of ours:
    fetch     find or download a file, verify it, keep it
    device    choose a device, seed everything, describe the machine
    progress  one bar for notebooks and terminals
    batches   an in-memory loader: a batch is an index
    models    the networks that the notebooks have built by hand
    metrics   accuracy, confusion matrix
    history   the numbers of a training run, a table
    toys      small sets in the plane, each with its true boundary
    formats   the files in which picture sets come
    plots     pictures of arrays: arrays in, matplotlib axes out (its style is ``plt.style.use("nnlab.course")``)
    widgets   interactive figures that compute in the browser

Built on them:
    train     train_epoch, evaluate, fit
    tryout    two samples through model and loss before training
    callbacks EarlyStopping, KeepBest
    checkpoint  save and load, atomically, to the same bits
    sources   where a picture set is found: folder, cache, system, mirrors, the course itself
    data      picture sets and tables as tensors; split; standardize
    checks    exercises: what is asked, what is right, which wrong answers have a name; mylab.py, which keeps the right ones

For instructors and tests:
    course    run, solve, check, render and publish the notebooks: ``python -m nnlab.course --help``

Importing ``nnlab`` does nothing else: no style is set, no seed is drawn, nothing is downloaded.
"""

__version__ = "0.1.0"
