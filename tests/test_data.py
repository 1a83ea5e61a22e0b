"""nnlab.data, nnlab.sources and nnlab.formats: every source, damaged files, splits, standardization."""

import gzip
import hashlib
import io
import pickle
import re
import shutil
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import CAUGHT
from sklearn.preprocessing import StandardScaler

from nnlab import formats, sources
from nnlab.data import load, split, standardize
from nnlab.files import checksum_of
from nnlab.formats import PARTS

SUBSET = Path(__file__).parent.parent / "data" / "fashion_mnist.npz"
SUBSETS = sorted(SUBSET.parent.glob("*.npz"))


def idx(array):
    """Bytes of an IDX file that holds `array`, written by its specification."""
    return b"\x00\x00\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (7, 28, 28), dtype=np.uint8), rng.integers(0, 10, 7, dtype=np.uint8),
            rng.integers(0, 256, (3, 28, 28), dtype=np.uint8), rng.integers(0, 10, 3, dtype=np.uint8)]


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine with no source but the course's own subset, in a copy of data/."""
    home = tmp_path / "data"
    home.mkdir()
    shutil.copy(SUBSET, home)
    monkeypatch.setattr(sources, "HOME", home)
    dataset = sources.FASHION_MNIST._replace(system=str(tmp_path / "none"))
    monkeypatch.setitem(sources.DATASETS, "fashion_mnist", dataset)
    monkeypatch.setenv("NNLAB_OFFLINE", "1")
    monkeypatch.delenv("NNLAB_DATA", raising=False)
    return home


def put_originals(folder, arrays, packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for file, array in zip(sources.FASHION_MNIST.files, arrays, strict=True):
        if packed:
            (folder / file).write_bytes(gzip.compress(idx(array)))
        else:
            (folder / file.removesuffix(".gz")).write_bytes(idx(array))


def test_subset_is_stratified_and_announced_in_one_line(nowhere, capsys):
    found = load("fashion_mnist")
    assert found.x_train.shape == (10_000, 1, 28, 28) and found.x_test.shape == (2_000, 1, 28, 28)
    assert found.x_train.dtype == torch.float32 and found.y_train.dtype == torch.int64
    assert found.x_train.min() == 0 and found.x_train.max() == 1
    assert found.y_train.bincount().tolist() == [1000] * 10 and found.y_test.bincount().tolist() == [200] * 10
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "10,000 + 2,000" in said
    assert repr(found).startswith("10,000 + 2,000 images of 1×28×28 in 10 classes, from the subset")


@pytest.mark.parametrize("path", SUBSETS, ids=lambda path: path.stem)
def test_every_subset_is_the_one_that_its_page_describes(path, monkeypatch):
    page = (path.parent / "README.md").read_text(encoding="utf-8")
    assert f"`{path.name}`" in page and hashlib.sha256(path.read_bytes()).hexdigest() in page
    monkeypatch.setenv("NNLAB_DATA", str(path.parent))
    found = load(path.stem)
    assert found.y_train.bincount().tolist() == [1000] * 10 and found.y_test.bincount().tolist() == [200] * 10


def test_the_page_names_sources_and_licenses():
    page = (SUBSET.parent / "README.md").read_text(encoding="utf-8")
    assert {path.stem for path in SUBSETS} == set(sources.DATASETS) - {"cifar10"}
    assert "MIT" in page and "Zalando" in page and "LeCun" in page


def test_subset_lies_in_the_whole_set(monkeypatch):
    monkeypatch.delenv("NNLAB_DATA", raising=False)
    monkeypatch.setenv("NNLAB_OFFLINE", "1")
    whole = load("fashion_mnist")
    if len(whole.x_train) != 60_000:
        pytest.skip("the whole Fashion-MNIST is not here (Debian: apt install dataset-fashion-mnist)")
    with np.load(SUBSET) as packed:
        part = {(bytes(x), int(y)) for x, y in zip(packed["x_train"], packed["y_train"], strict=True)}
    bytes_of = (whole.x_train * 255).round().to(torch.uint8).numpy()
    assert part <= {(bytes(x), int(y)) for x, y in zip(bytes_of, whole.y_train, strict=True)}


@pytest.mark.parametrize("packed", [True, False], ids=["gzipped", "plain"])
@pytest.mark.parametrize("folder", ["", "FashionMNIST/raw"])
def test_own_folder_with_original_files(nowhere, arrays, tmp_path, monkeypatch, folder, packed):
    put_originals(tmp_path / "own" / folder, arrays, packed)
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path / "own"))
    found = load("fashion_mnist")
    assert torch.equal((found.x_train[:, 0] * 255).round().to(torch.uint8), torch.from_numpy(arrays[0]))
    assert found.y_test.tolist() == arrays[3].tolist()


@pytest.fixture
def site(nowhere, arrays, monkeypatch):
    """Folder of a mirror that has the original files of `arrays`; the mirror before it has nothing."""
    folder = nowhere / "site"
    put_originals(folder, arrays)
    files = {file: checksum_of(folder / file, "md5") for file in sources.FASHION_MNIST.files}
    mirrors = (f"{(nowhere / 'empty').as_uri()}/", f"{folder.as_uri()}/")
    monkeypatch.setitem(sources.DATASETS, "fashion_mnist", sources.FASHION_MNIST._replace(
        system="/nowhere", mirrors=mirrors, files=files))
    monkeypatch.delenv("NNLAB_OFFLINE")
    return folder


def test_own_folder_with_npz_comes_first(nowhere, arrays, tmp_path, monkeypatch):
    put_originals(tmp_path, arrays)
    two = [a[:2, None] if a.ndim == 3 else a[:2] for a in arrays]
    np.savez(tmp_path / "fashion_mnist.npz", **dict(zip(PARTS, two, strict=True)))
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    assert len(load("fashion_mnist").x_train) == 2


def test_own_folder_that_is_not_there_or_damaged(nowhere, tmp_path, monkeypatch):
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError, match=r"missing is not a folder; make it, or unset NNLAB_DATA"):
        load("fashion_mnist")
    bad = tmp_path / "fashion_mnist.npz"
    bad.write_bytes(SUBSET.read_bytes()[:100_000])
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="is damaged"):
        load("fashion_mnist")
    assert bad.stat().st_size == 100_000  # the instructor's own file is left alone


def test_damaged_cache_is_set_aside(nowhere, capsys):
    cache = nowhere / "cache"
    cache.mkdir()
    (cache / "fashion_mnist.npz").write_bytes(SUBSET.read_bytes()[:200_000])
    assert len(load("fashion_mnist").x_train) == 10_000
    assert "set aside as fashion_mnist.npz.damaged" in capsys.readouterr().out
    assert (cache / "fashion_mnist.npz.damaged").exists()
    CAUGHT.append(("data", "half of a packed cache", "set aside as fashion_mnist.npz.damaged; the next source serves"))


def test_system_package_then_cache(nowhere, arrays, monkeypatch):
    system = nowhere / "system"
    put_originals(system, arrays)
    monkeypatch.setitem(sources.DATASETS, "fashion_mnist", sources.FASHION_MNIST._replace(system=str(system)))
    assert "system's package" in load("fashion_mnist").source
    (system / "t10k-labels-idx1-ubyte.gz").write_bytes(b"cut")
    assert "comes with the course" in load("fashion_mnist").source  # said, and the next source serves


def test_mirrors_fill_the_cache(site):
    assert len(load("fashion_mnist").x_train) == 7
    shutil.rmtree(site)
    again = load("fashion_mnist")
    assert len(again.x_train) == 7 and again.source == "the course's cache"


def test_full_disk_and_another_process_cost_only_the_cache(nowhere, site, monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(np, "savez_compressed", full)
        assert len(load("fashion_mnist").x_train) == 7
    assert "could not be packed" in capsys.readouterr().out
    CAUGHT.append(("data", "a disk that is full when the cache is packed", "the data serve; only the cache is lost"))

    def packed_by_another(dataset, folder):
        found = formats.read_originals(dataset, folder)
        if found:
            np.savez(nowhere / "cache" / "fashion_mnist.npz", **dict(zip(PARTS, found, strict=True)))
        return None
    dataset = sources.DATASETS["fashion_mnist"]._replace(read=packed_by_another)
    monkeypatch.setitem(sources.DATASETS, "fashion_mnist", dataset)
    assert load("fashion_mnist").source == "the course's cache"


def test_own_folder_without_the_set_is_said(nowhere, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    assert "comes with the course" in load("fashion_mnist").source
    assert f"NNLAB_DATA={tmp_path} has neither fashion_mnist.npz nor the original files" in capsys.readouterr().out


def test_no_network_ends_in_the_subset(nowhere, monkeypatch, capsys):
    closed = sources.FASHION_MNIST._replace(system="/nowhere", mirrors=("http://127.0.0.1:9/",))
    monkeypatch.setitem(sources.DATASETS, "fashion_mnist", closed)
    monkeypatch.delenv("NNLAB_OFFLINE")
    assert len(load("fashion_mnist").x_train) == 10_000
    assert "could not download train-images-idx3-ubyte.gz; tried http://127.0.0.1:9/" in capsys.readouterr().out
    CAUGHT.append(("data", "no network", "the embedded subset serves, in one sentence"))


@pytest.mark.parametrize("spoil, message", [
    (lambda a: a, None),
    (lambda a: [a[0][:5], *a[1:]], "7 labels for 5 images"),
    (lambda a: [a[0], a[1] + 10, *a[2:]], "expected uint8 up to 9"),
    (lambda a: [a[0][:, :27], *a[1:]], r"expected uint8 \(N, 1, 28, 28\)"),
    (lambda a: [*a[:3], a[3].astype(np.int32)], "labels for test are int32"),
], ids=["good", "count", "label", "shape", "dtype"])
def test_what_is_read_is_verified(nowhere, arrays, tmp_path, monkeypatch, spoil, message):
    spoiled = [a[:, None] if a.ndim == 3 else a for a in spoil(arrays)]
    np.savez(tmp_path / "fashion_mnist.npz", **dict(zip(PARTS, spoiled, strict=True)))
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    if message is None:
        assert len(load("fashion_mnist").y_train) == 7
    else:
        with pytest.raises(ValueError, match=message):
            load("fashion_mnist")
        CAUGHT.append(("data", "arrays that do not fit", message))


def test_idx_that_is_cut_or_no_idx(tmp_path, arrays):
    path = tmp_path / "a-idx3-ubyte"
    for content in (idx(arrays[0])[:-1], b"<html>", b"", idx(arrays[0]) + b"x"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="is not a whole IDX file"):
            formats.read_idx(path, (1, 28, 28))


def test_gzip_that_is_whole_with_another_content(nowhere, arrays, tmp_path, monkeypatch):
    put_originals(tmp_path, arrays)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    for content, fault in ((b"<html>log in</html>", "a page"), (idx(arrays[1]), "labels instead of images"),
                           (struct.pack(">4I", 0x803, 7, 27, 28) + bytes(7 * 27 * 28), "27 rows")):
        path.write_bytes(gzip.compress(content))
        monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
        with pytest.raises(ValueError, match=r"is not a whole IDX file|expected uint8 \(N, 1, 28, 28\)") as caught:
            load("fashion_mnist")
        CAUGHT.append(("data", f"gzip that holds {fault}", str(caught.value)[-100:]))


def test_cache_in_a_folder_that_cannot_be_made(nowhere, site, capsys):
    """For real, whoever runs this: where the cache's folder should be there is a file."""
    (nowhere / "cache").write_bytes(b"no folder")
    assert len(load("fashion_mnist").x_train) in (7, 10_000)
    assert (nowhere / "cache").read_bytes() == b"no folder"
    CAUGHT.append(("data", "a cache that cannot be made", capsys.readouterr().out.splitlines()[0]))


def test_unknown_name():
    choices = "choose one of: 'fashion_mnist', 'mnist', 'cifar10', 'digits', 'wine'"
    with pytest.raises(ValueError, match=re.escape(f"unknown data set 'fashion'; {choices}")):
        load("fashion")
    CAUGHT.append(("data", "an unknown name", choices))


def cifar_archive(folder):
    """Batches of the archive that it writes to `folder` in CIFAR-10's format, with three images a batch."""
    rng, everything = np.random.default_rng(0), []
    with tarfile.open(folder / "cifar-10-python.tar.gz", "w:gz") as archive:
        for name in (*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"):
            images, labels = rng.integers(0, 256, (3, 3072), dtype=np.uint8), rng.integers(0, 10, 3).tolist()
            batch = {b"data": images, b"labels": labels}
            everything.append(batch)
            content = pickle.dumps(batch, protocol=2)
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return everything


def test_cifar10_as_published(nowhere, tmp_path, monkeypatch):
    batches = cifar_archive(tmp_path)
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    found = load("cifar10")
    assert found.x_train.shape == (15, 3, 32, 32) and found.x_test.shape == (3, 3, 32, 32) and found.classes[3] == "cat"
    # Red comes first, then green, then blue, each row by row.
    assert (found.x_train[4, 1, 2, 3] * 255).round() == batches[1][b"data"][1, 1024 + 2 * 32 + 3]
    assert found.y_train[:3].tolist() == batches[0][b"labels"]
    checksum = checksum_of(tmp_path / "cifar-10-python.tar.gz", "md5")
    monkeypatch.setitem(sources.DATASETS, "cifar10", sources.CIFAR10._replace(
        mirrors=(f"{tmp_path.as_uri()}/",), files={"cifar-10-python.tar.gz": checksum}))
    monkeypatch.delenv("NNLAB_DATA")
    monkeypatch.delenv("NNLAB_OFFLINE")
    assert torch.equal(load("cifar10").x_train, found.x_train) and load("cifar10").source == "the course's cache"


def test_cifar10_that_is_cut_evil_or_nowhere(nowhere, tmp_path, monkeypatch, capsys):
    with pytest.raises(FileNotFoundError, match="no source has 'cifar10': connect to the network, or point"):
        load("cifar10")
    cifar_archive(tmp_path)
    path = tmp_path / "cifar-10-python.tar.gz"
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="cifar-10-python.tar.gz is damaged"):
        load("cifar10")
    content = pickle.dumps({b"data": print})
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    with pytest.raises(ValueError, match="it calls builtins.print, which no data set needs"):
        load("cifar10")


def test_scikit_learns_digits_and_wine():
    digits, wine = load("digits"), load("wine")
    assert digits.x_train.shape[1:] == (1, 8, 8) and digits.x_train.max() == 1
    assert len(digits.x_train) + len(digits.x_test) == 1797
    assert wine.x_train.shape[1] == len(wine.columns) == 13 and len(wine.x_train) + len(wine.x_test) == 178
    assert "178" not in repr(wine) and "13 numbers in 3 classes, from scikit-learn" in repr(wine)
    for found in (digits, wine):
        shares = found.y_test.bincount() / (found.y_test.bincount() + found.y_train.bincount())
        assert (shares - 0.25).abs().max() < 0.02


@settings(max_examples=300, deadline=None)
@given(n=st.integers(0, 60), classes=st.integers(1, 4), share=st.floats(-0.1, 1.1), stratify=st.booleans(),
       seed=st.integers(0, 99))
def test_split_never_leaks(n, classes, share, stratify, seed):
    y = torch.arange(n) % classes
    try:
        first, second = split(y, share, stratify, seed)
    except ValueError as error:
        assert "share" in str(error)
        return
    assert torch.equal(torch.cat([first, second]).sort().values, torch.arange(n)) and len(first) and len(second)
    assert torch.equal(split(y, share, stratify, seed)[1], second)
    if stratify:
        for label in range(min(n, classes)):
            assert (y[second] == label).sum() == round(share * int((y == label).sum()))


def test_standardize_by_the_training_part_alone():
    train, test = torch.randn(50, 3) * torch.tensor([1.0, 5.0, 0.0]) + 7, torch.randn(20, 3)
    scaled, other = standardize(train, test)
    expected = StandardScaler().fit(train.double())
    np.testing.assert_allclose(scaled, expected.transform(train.double()), atol=2e-5)
    np.testing.assert_allclose(other, expected.transform(test.double()), atol=2e-5)
    images, = standardize(torch.rand(9, 3, 4, 4) * 5 + 1)
    torch.testing.assert_close(images.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match="1 samples to standardize by"):
        standardize(train[:1])


@pytest.mark.parametrize("n", [2, 7, 10, 1000])
@pytest.mark.parametrize("dtype", [
    torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64, torch.uint8])
@pytest.mark.parametrize("value", [0.1, 14.62, 0.0, -3.3, 200])
def test_a_constant_column_becomes_zero(n, dtype, value):
    column = torch.full((n,), value).to(dtype)
    others = torch.arange(n).to(dtype)
    scaled, test = standardize(torch.stack([column, others], 1), torch.stack([column, others], 1)[:2])
    assert (scaled[:, 0] == 0).all() and (test[:, 0] == 0).all() and scaled[:, 1].double().std(correction=0) > 0.99
    images, = standardize(column.view(-1, 1, 1, 1).expand(n, 3, 4, 4))
    assert (images == 0).all()


@pytest.mark.parametrize("dtype, offset, scale, digits", [
    (torch.float16, 1000, 300, 2e-3), (torch.bfloat16, 100, 30, 1e-2), (torch.float32, 1e6, 3, 2e-6),
    (torch.float32, 0, 1e-30, 2e-6), (torch.float32, 0, 1e30, 2e-6), (torch.float64, 1e9, 1e-3, 1e-12),
    (torch.float64, 0, 1e200, 1e-12), (torch.uint8, 100, 30, 2e-6), (torch.int32, 2**30, 30, 2e-6),
    (torch.int64, 2**50, 30, 2e-6), (torch.bool, 0, 1, 2e-6)])
def test_standardize_any_dtype_at_any_offset_and_scale(dtype, offset, scale, digits):
    """The oracle computes in float64, without the offset and in units of the scale, both of which are exact."""
    x = (torch.randn(50, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * scale + offset).to(dtype)
    exact = x.double() if dtype.is_floating_point else x.long()
    exact = ((exact - exact[0]).double() / scale).numpy()
    scaled, = standardize(x)
    assert scaled.dtype == (dtype if dtype.is_floating_point else torch.get_default_dtype())
    np.testing.assert_allclose(scaled.double(), StandardScaler().fit_transform(exact), atol=digits, rtol=0)


def test_standardize_says_what_it_cannot_do():
    x = torch.arange(12.0).view(4, 3)
    for value in (torch.nan, torch.inf):
        bad = x.clone()
        bad[2, 1] = value
        with pytest.raises(ValueError, match=r"train holds 1 values that are NaN or infinite, .* at index \(2, 1\)"):
            standardize(bad)
        with pytest.raises(ValueError, match=r"others\[1\] holds 1 values that are NaN or infinite"):
            standardize(x, x, bad)
    for other in (x[:, :1], x[0], x[:, :, None]):
        with pytest.raises(ValueError, match=r"others\[0\] of shape .* does not have the columns of train"):
            standardize(x, other)
    with pytest.raises(ValueError, match="0 samples to standardize by"):
        standardize(x[:0])
    scaled, alone = standardize(x.numpy(), x[:1].tolist())
    assert torch.equal(scaled[:1], alone)
