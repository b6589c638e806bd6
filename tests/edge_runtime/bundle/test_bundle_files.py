"""Directories and zip files that strangers make."""

import os
import shutil
import struct
import sys
import time
import zipfile

import pytest

from edge_runtime import BundleError, Translator
from edge_runtime.bundle.open_bundle import open_bundle

SENTENCE = "我爱吃苹果。"

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


@pytest.fixture
def copy(bundle, tmp_path):
    return shutil.copytree(bundle, tmp_path / "bundle")


@pytest.fixture
def archive(bundle, tmp_path):
    """A function from names and contents, besides the bundle's, to a zip file."""

    def archive(*others, folder="", compression=zipfile.ZIP_STORED, without=()):
        path = tmp_path / "b.zip"
        with zipfile.ZipFile(path, "w", compression) as file:
            for each in sorted(bundle.iterdir()):
                if each.name not in without:
                    file.write(each, folder + each.name)
            for name, content in others:
                file.writestr(name, content)
        return path

    return archive


def refuses(path, message):
    begin = time.process_time()
    with pytest.raises(BundleError, match=message):
        open_bundle(path)
    assert time.process_time() - begin < 2


@posix
@pytest.mark.parametrize("name", ["bundle.json", "encoder.onnx"])
def test_a_pipe_as_a_file_is_refused(copy, name):
    (copy / name).unlink()
    os.mkfifo(copy / name)
    refuses(copy, "it has no bundle.json|encoder.onnx is missing")


@posix
def test_a_pipe_or_a_device_as_the_bundle_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refuses(tmp_path / "pipe", "must be a directory or a zip file")
    refuses("/dev/zero", "/dev/zero must be a directory or a zip file")


@posix
@pytest.mark.parametrize("target", ["/dev/zero", "../secret", "/etc/hostname"])
@pytest.mark.parametrize("name", ["bundle.json", "encoder.onnx"])
def test_links_out_of_the_bundle_are_refused(copy, name, target):
    (copy.parent / "secret").write_bytes((copy / name).read_bytes())
    (copy / name).unlink()
    (copy / name).symlink_to(target)
    refuses(copy, f"{name} in .* must not be a link out of the bundle")


@posix
def test_links_within_the_bundle_and_to_it_are_followed(copy, translator):
    (copy / "encoder.onnx").rename(copy / "stored")
    (copy / "encoder.onnx").symlink_to("stored")
    (copy.parent / "link").symlink_to(copy)
    found = Translator(copy.parent / "link").translate(SENTENCE)
    assert found == translator.translate(SENTENCE)


def test_a_bundle_in_one_folder_of_a_zip_is_found(archive, translator):
    noise = ("__MACOSX/zh-en/bundle.json", "x"), ("__MACOSX/bundle.json", "x")
    path = archive(("zh-en/", ""), *noise, folder="zh-en/")
    assert Translator(path).translate(SENTENCE) == translator.translate(SENTENCE)


def test_two_bundles_in_one_zip_are_told_apart(archive):
    path = archive(("other/bundle.json", "{}"), folder="zh-en/")
    refuses(path, "must hold one bundle. Received: other/, zh-en/")


def test_a_bundle_deep_in_a_zip_is_not_searched_for(archive):
    refuses(archive(folder="a/b/"), "it has no bundle.json")


def test_hundreds_of_thousands_of_entries_are_refused_at_once(archive, tmp_path):
    many = tmp_path / "many.zip"
    with zipfile.ZipFile(many, "w") as file:
        for number in range(70_000):
            file.writestr(str(number), b"")
    refuses(many, "at most 256 entries. Received: a larger kind")
    refuses(archive(*((f"{n}.txt", "") for n in range(300))), "Received: 306")


def test_a_directory_of_entries_that_hides_its_length_is_refused(archive):
    path = archive(*((f"{n}.txt", "") for n in range(300)))
    content = bytearray(path.read_bytes())
    # Says 5 entries; zipfile goes by the bytes of the directory, as does the reader.
    struct.pack_into("<HH", content, len(content) - 14, 5, 5)
    path.write_bytes(content)
    assert len(zipfile.ZipFile(path).infolist()) == 306
    refuses(path, "at most 256 entries")


def test_what_unpacks_to_far_more_than_it_has_is_refused(archive):
    path = archive(
        ("encoder.onnx", bytes(10_000_000)),
        compression=zipfile.ZIP_DEFLATED,
        without=["encoder.onnx"],
    )
    assert path.stat().st_size < 500_000
    refuses(path, "encoder.onnx in .* must not unpack to more than 10 times")


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../encoder.onnx", "a\\b", "c:\\x", "a/../b", "./a", "a//b"]
)
def test_names_that_lead_elsewhere_are_refused(archive, name):
    refuses(archive((name, "")), "must hold plain file names")


def test_a_name_that_is_cut_by_a_zero_is_refused(archive):
    path = archive(("encoder.onnx.txt", ""), without=["encoder.onnx"])
    path.write_bytes(path.read_bytes().replace(b"onnx.txt", b"onnx\0txt"))
    refuses(path, r"must hold plain file names. Received: 'encoder.onnx\\x00txt'")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_occurs_twice_is_refused(archive):
    refuses(archive(("encoder.onnx", "other")), "must hold 'encoder.onnx' once")


def test_entries_that_share_bytes_are_refused(archive):
    path = archive()
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        first, second = file.infolist()[:2]
    # The second entry of the directory is pointed at the first one's place.
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(second.filename.encode()))
    struct.pack_into("<I", content, at + 42, first.header_offset)
    path.write_bytes(content)
    refuses(path, "must not hold two files in the same bytes")


def test_encrypted_and_unknown_entries_are_refused(archive):
    path = archive()
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"encoder.onnx"))
    for offset, value, message in (
        (8, 1, "encrypted"),
        (10, 99, "Received: method 99"),
    ):
        changed = bytearray(content)
        struct.pack_into("<H", changed, at + offset, value)
        path.write_bytes(changed)
        with pytest.raises(BundleError, match=message):
            Translator(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_ways_to_compress_are_refused(archive, method):
    refuses(archive(compression=method), "must be stored or deflated")


def test_damage_within_compressed_bytes_is_refused(archive):
    path = archive(compression=zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path) as file:
        entry = file.getinfo("encoder.onnx")
    content = bytearray(path.read_bytes())
    begin = entry.header_offset + 30 + len(entry.filename)
    content[begin : begin + 40] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"encoder.onnx in .* cannot be read"):
        Translator(path)
