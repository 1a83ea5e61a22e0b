"""Neural networks, week by week: the package that the course's notebooks import.

Modules that import no other module of the package:
    autograd    reverse-mode automatic differentiation of scalars
    models      multilayer perceptrons, `MLP` and `network`; the convolutional network, `CNN`
    conv        convolution and pooling by hand, their output sizes, gradients, matrices, receptive fields
    augment     data augmentation for whole batches: flips, shifts, rotation, color, noise, erasing, mixup
    optim       optimizers: gradient descent, momentum, Nesterov, AdaGrad, RMSProp, Adam, AMSGrad, AdamW
    schedules   learning rate schedules, as factors of the learning rate: step, warm-up, cosine, one-cycle
    metrics     accuracy, confusion matrix
    batches     an in-memory data loader, `Batches`
    toys        toy data sets in the plane, each with its true decision boundary
    device      choose a device, seed the random generators, describe the machine
    progress    a progress bar for notebooks and terminals
    files       atomic writes, checksums, setting a damaged file aside
    formats     file formats of image data sets: npz, IDX, CIFAR-10's pickles
    packages    packages that the course needs; installing those that are missing
    environment environment variables that switch something on
    widgets     interactive figures that compute in the browser

Plots:
    plots       plots of images, decision boundaries, histories, confusion matrices: arrays in, matplotlib axes out
    guesses     the title of a figure that answers a prediction cell; imports no other module

Data:
    fetch       download a file from a mirror and verify its checksum
    published   the image data sets as published: class names, files, checksums; a comparison of arrays with them
    sources     sources of the image data sets: folder, cache, system package, mirrors, the course's subset
    data        image data sets and tables as tensors; `split`; `standardize`

Training:
    train       `train_step`, `train_epoch`, `evaluate`, `fit`
    history     losses and metrics of every epoch, a table
    epoch       losses and outputs of one pass over the batches, and the row of the history computed from them
    arguments   checks of the arguments of `fit`
    preflight   trial steps on the first batches, before training
    costs       the output shape, parameters and multiply-adds of each layer of a network
    attribution the parts of an image that an output depends on: gradients, occlusion, Grad-CAM, guided backpropagation
    fast        the fast lane: a small convolutional network, whitening filters, test-time augmentation
    trial       a forward and a backward pass of two samples, after which model and random generators are restored
    samples     properties of batches: the first batch, the size of the last one, the targets of all samples
    explain     error messages for a failed forward pass, loss or backward pass: the layer, shapes, dtypes
    remedies    how to correct such an error
    unchanged   context managers that restore a model and the random generators
    rng         states of the random generators: read, set, restored
    health      monitoring of a network in training by hooks: activations, gradients, updates, signs of faults
    callbacks   `EarlyStopping`, `KeepBest`
    checkpoint  save and load a dictionary of tensors and plain values
    resume      the state of a training run in a checkpoint; a check that a new call continues the same run

Exercises:
    checks      judge an answer; feedback; the student's own library ``mylab.py``, from which `checks.yours` loads
    skipped     a hint below a NameError: which cell of the notebook to run first
    exercises   the exercises of each week: references, test cases, wrong answers with their feedback, hints

For instructors and tests:
    course      run, solve, check, render and publish the notebooks: ``python -m nnlab.course --help``

Importing ``nnlab`` has no side effects: no style is set, no random number is drawn, nothing is downloaded. The
matplotlib style of the course is set by ``plt.style.use("nnlab.course")``.
"""

__version__ = "0.1.0"
