from pathlib import Path

from edge_runtime.files.within import path_within


def test_a_path_leads_into_a_directory_under_any_of_their_names(tmp_path):
    folder = tmp_path / "folder"
    (folder / "data").mkdir(parents=True)
    (tmp_path / "linked").symlink_to(folder)
    (tmp_path / "data").symlink_to(folder / "data")
    (tmp_path / "dangling").symlink_to(folder / "data" / "file")
    for path in (
        folder / "data" / "file",
        tmp_path / "linked" / "data" / "file",
        tmp_path / "data" / "file",
        tmp_path / "dangling",
    ):
        for directory in (folder, tmp_path / "linked"):
            assert path_within(path, directory) == Path("data/file")


def test_what_leads_elsewhere_is_not_within(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path / "file")
    for path in (folder, tmp_path / "folder-2", folder / "out", folder / ".." / "a"):
        assert path_within(path, folder) is None
