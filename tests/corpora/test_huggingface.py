import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from tests.corpora.ingestion import documents, ingested, texts, write
from webscale_rl_dagster.corpora.sources import find_sources
from webscale_rl_dagster.errors import IngestError

FILES = (
    "data/train-00000-of-00002.parquet",
    "data/train-00001-of-00002.parquet",
    "data/test-00000-of-00001.parquet",
    "de/train/0000.parquet",
    "de/extra/deep/0000.parquet",
)
ENGLISH = {
    "config_name": "en",
    "data_files": [
        {"split": "train", "path": "data/train-*"},
        {"split": "test", "path": ["data/test-*"]},
    ],
}
GERMAN = {"config_name": "de", "data_files": "de/**/*.parquet"}


@pytest.fixture
def dataset(tmp_path):
    """A folder as `hf download` leaves it, each file with its own name as text."""

    def make(card, body="# A dataset\n"):
        root = tmp_path / "dataset"
        for name in FILES:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.table({"content": [name]}), root / name)
        write(root / ".gitattributes", b"*.parquet filter=lfs\n")
        write(root / ".cache/huggingface/download/x.parquet", b"no parquet")
        head = card if isinstance(card, str) else yaml.safe_dump(card)
        write(root / "README.md", f"---\n{head}---\n{body}".encode())
        return root

    return make


def names(root, **chosen):
    found = find_sources(root, "auto", **chosen)
    return [source.path.relative_to(root).as_posix() for source in found]


def test_a_folder_is_read_with_its_licence(dataset, tables):
    ingested(dataset({"license": "cc-by-sa-4.0"}), tables, text_field="content")
    assert sorted(texts(tables)) == sorted(FILES)
    assert documents(tables)["licence"].unique().to_list() == ["cc-by-sa-4.0"]


def test_a_licence_that_is_given_goes_before_that_of_the_card(dataset, tables):
    root = dataset({"license": "mit"})
    ingested(root, tables, text_field="content", licence="CC0-1.0")
    assert documents(tables)["licence"].unique().to_list() == ["CC0-1.0"]


LICENCES = [
    ({"license": ["cc-by-sa-3.0", "gfdl"]}, "cc-by-sa-3.0 AND gfdl"),
    ({"license": "other", "license_name": "birds-1.0"}, "birds-1.0"),
    ({"license": "other"}, None),
    ({"license": "unknown"}, None),
    ({"tags": ["birds"]}, None),
]


@pytest.mark.parametrize(("card", "licence"), LICENCES)
def test_licences_of_cards(dataset, card, licence):
    assert {source.licence for source in find_sources(dataset(card), "auto")} == {licence}


def test_the_only_subset_is_read_in_all_its_splits(dataset):
    root = dataset({"configs": [ENGLISH]})
    assert names(root) == [FILES[2], FILES[0], FILES[1]]
    assert names(root, split="train") == [FILES[0], FILES[1]]


def test_of_several_subsets_the_default_one_is_read(dataset):
    root = dataset({"configs": [ENGLISH, GERMAN | {"default": True}]})
    assert names(root) == [FILES[4], FILES[3]]
    assert names(root, subset="en", split="test") == [FILES[2]]
    named = {"configs": [ENGLISH | {"config_name": "default"}, GERMAN]}
    assert names(dataset(named), split="test") == [FILES[2]]


FORMS = [
    ({"data_files": {"train": "data/train-*", "test": "data/test-*"}}, 3),
    ({"data_files": ["data/train-*", "./data/test-*"]}, 3),
    ({"data_files": "data/*"}, 3),
    ({"data_files": "de/*"}, 0),
    ({"data_dir": "de"}, 2),
]


@pytest.mark.parametrize(("form", "count"), FORMS)
def test_each_form_of_data_files_is_understood(dataset, form, count):
    root = dataset({"configs": [{"config_name": "birds", **form}]})
    if count:
        assert len(names(root)) == count
    else:
        with pytest.raises(IngestError, match=r"matches de/\*"):
            names(root)


REFUSED = [
    ({"configs": [ENGLISH, GERMAN]}, {}, "choose one of en, de with `subset`"),
    ({"configs": [ENGLISH, GERMAN]}, {"subset": "fr"}, "subset 'fr': those it names are en, de"),
    ({"configs": [ENGLISH]}, {"split": "dev"}, "split 'dev': those it names are train, test"),
    ({"license": "mit"}, {"split": "train"}, "split 'train': it names none"),
    ("license: [mit\n", {}, "is no YAML: mend it"),
    ("a: &a [x]\nb: " + "[" * 5000 + "\n", {}, "is no YAML"),
]


@pytest.mark.parametrize(("card", "chosen", "advice"), REFUSED)
def test_what_a_card_does_not_settle_is_an_error_that_says_what_to_do(
    dataset, card, chosen, advice
):
    with pytest.raises(IngestError, match=advice):
        names(dataset(card), **chosen)


@pytest.mark.parametrize("card", ["", "just prose\n", "- a\n- b\n", "configs: 7\n"])
def test_a_card_that_says_nothing_changes_nothing(dataset, card):
    assert names(dataset(card)) == sorted(FILES)


def test_a_subset_of_a_plain_folder_is_refused(tmp_path):
    write(tmp_path / "in/a.parquet", b"")
    for path in ("in", "in/a.parquet"):
        with pytest.raises(IngestError, match="no README.md with a dataset card"):
            find_sources(tmp_path / path, "auto", subset="en")


def test_a_card_chooses_among_text_files_too(tmp_path, tables):
    root = tmp_path / "in"
    for name in ("a/1.txt", "b/1.txt"):
        write(root / name, name.encode())
    write(root / "README.md", b"---\nconfigs:\n- config_name: a\n  data_files: a/*\n---\n")
    ingested(root, tables)
    assert texts(tables) == ["a/1.txt"]
