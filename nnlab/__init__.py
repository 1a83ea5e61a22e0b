"""Neural networks, week by week: the package that the course's notebooks import.

Modules that import no other module of the package:
    autograd    reverse-mode automatic differentiation of scalars
    models      the multilayer perceptron, `MLP`, or `network` of modules; the convolutional network, `CNN`
    conv        convolution and pooling by hand, their output sizes, gradients, matrices, receptive fields
    augment     random changes of images, for whole batches: flips, shifts, rotation, color, noise, erasing, mixup
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
    environment environment variables that are a switch
    widgets     interactive figures that compute in the browser

Plots:
    plots       arrays in, matplotlib axes out; the course's style is ``plt.style.use("nnlab.course")``
    guesses     the title of a figure that answers a prediction; imports no other module

Data:
    fetch       download a file from a mirror and verify its checksum
    published   the image data sets as published: class names, files, checksums; whether given arrays are theirs
    sources     sources of the image data sets: folder, cache, system package, mirrors, the course's subset
    data        image data sets and tables as tensors; `split`; `standardize`

Training:
    train       `train_step`, `train_epoch`, `evaluate`, `fit`
    history     losses and metrics of every epoch, a table
    epoch       results of one pass, and the row that they make in the history
    arguments   checks of the arguments of `fit`
    preflight   a look at the first batches before training
    costs       the output shape, parameters and multiply-adds of each layer of a network
    attribution the parts of an image that an output depends on: gradients, occlusion, Grad-CAM, guided backpropagation
    fast        the fast lane: a small convolutional network, whitening filters, test-time augmentation
    trial       a forward and a backward pass of two samples that leave everything as it was
    samples     batches as training takes them: the first, the size of the last, the targets of all
    explain     a failure of model, loss or backward pass, and where it happened
    remedies    how to correct it
    unchanged   a model and the random generators left as they were
    rng         states of the random generators: read, set, left as they were
    health      measurements of a network in training, from outside: activations, gradients, updates, signs of faults
    callbacks   `EarlyStopping`, `KeepBest`
    checkpoint  save and load a dictionary of tensors and plain values
    resume      the state of a training run in a checkpoint; whether another start is the same run

Exercises:
    checks      judging an answer; feedback; the student's own library ``mylab.py``; `checks.yours` loads from it
    skipped     a line below an error of a name that is not defined: which cell to run first
    exercises   the exercises of each week: references, test cases, wrong answers with their feedback, hints

For instructors and tests:
    course      run, solve, check, render and publish the notebooks: ``python -m nnlab.course --help``

Importing ``nnlab`` has no side effects: no style is set, no random number is drawn, nothing is downloaded.
"""

__version__ = "0.1.0"
