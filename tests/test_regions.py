"""Regions: the registry, any set of codes, and every way to get it wrong."""

import shutil
import subprocess
import sys

import pytest

from analysis import paths, regions
from analysis.errors import InputError


def test_a_municipality_with_its_neighbours():
    found = regions.resolve("Köping med grannar")
    assert found.name == "Köping med grannar"
    assert {"1983", "1984", "1960", "1961"} <= set(found.members)
    assert regions.resolve("1983 with neighbours").members == found.members
    assert regions.resolve("Gotland med grannar").members == ("0980",)
    with pytest.raises(InputError, match="did you mean 1983"):
        regions.resolve("Kopping med grannar")


def test_the_registry_has_the_fixed_keys_and_members():
    known = regions.registry()
    assert set(regions.DEFAULT_KEYS) | {"kak", "fyra-malarstader"} <= set(known)
    assert set(known["kak"].members) == {"1960", "1984", "1983"}
    assert set(known["fyra-malarstader"].members) == {"0381", "0484", "0486", "1980"}
    assert set(known["bergslagen"].members) == {"1863", "1864", "1885", "1884"}
    assert set(known["karlstad"].members) == {"1763", "1764", "1761", "1780", "1715"}


def test_malardalen_is_the_union_of_its_groups():
    region = regions.get("malardalen")
    assert {group.key for group in region.groups} == {"kak", "fyra-malarstader"}
    assert set(region.members) == {code for group in region.groups for code in group.members}
    assert region.counties == ("03", "04", "19")


def test_all_290_municipalities_are_known_by_text_code():
    known = regions.municipalities()
    assert len(known) == 290
    assert known["0381"].name == "Enköping"
    assert len(regions.counties()) == 21


def test_a_region_is_frozen():
    with pytest.raises(AttributeError):
        regions.get("kak").name = "annat"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("bergslagn", "bergslagen"), ("Karlstad!", "karlstad"), ("mälardalen", "malardalen")],
)
def test_an_unknown_key_suggests_the_nearest(key, nearest):
    with pytest.raises(InputError, match=f"did you mean '{nearest}'"):
        regions.get(key)


def test_all_faults_of_a_set_come_together():
    with pytest.raises(InputError) as caught:
        regions.from_members(["9999", "1780", "1780", "381", "Karlstd"], name="a/b")
    text = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 5
    assert "unknown municipality code '9999'" in text
    assert "'1780' is given 2 times" in text
    assert "did you mean 0381 (Enköping)?" in text
    assert "did you mean 1780 (Karlstad)?" in text
    assert "no safe folder name" in text
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "name", ["", "  ", "../x", "a/b", ".hidden", "a\\b", "\x00", "!!!", "**KAK**", "=KAK"]
)
def test_a_name_that_is_no_safe_folder_is_refused(name):
    with pytest.raises(InputError):
        regions.from_members(["1780"], name=name)


def test_an_empty_set_is_refused():
    with pytest.raises(InputError, match="no municipalities given"):
        regions.from_members([])


def test_a_custom_region_gets_the_slug_of_its_name():
    region = regions.from_members(["1960", "1983"], name="KAK och vänner på ö")
    assert region.key == "kak-och-vanner-pa-o"
    assert regions.from_members(["1780", "1761"]).key == "karlstad-och-hammaro"


def test_a_registered_name_with_other_members_is_refused():
    with pytest.raises(InputError, match="registered for other members"):
        regions.from_members(["1780"], name="KAK")


def test_resolve_takes_keys_and_codes():
    assert regions.resolve("karlstad") == regions.get("karlstad")
    assert regions.resolve("1863, 1864", name="Två").members == ("1863", "1864")


@pytest.fixture
def own_registry(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.USER_DIR_VARIABLE, str(tmp_path / "egna"))
    (tmp_path / "egna").mkdir()
    shutil.copy(paths.data_path("regions.toml"), tmp_path / "egna" / "regions.toml")
    text = (tmp_path / "egna" / "regions.toml").read_text(encoding="utf-8")
    for key in ("malardalen", "bergslagen", "karlstad", "kak", "fyra-malarstader"):
        text = text.replace(f"[{key}]", f"[egen-{key}]").replace(f'"{key}"', f'"egen-{key}"')
    (tmp_path / "egna" / "regions.toml").write_text(text, encoding="utf-8")
    return tmp_path / "egna" / "regions.toml"


def test_add_writes_the_registry(own_registry):
    regions.add("varmland-norr", 'Norra "Värmland"', ["1737", "1760"])
    assert regions.get("varmland-norr").name == 'Norra "Värmland"'
    assert regions.get("egen-malardalen").groups, "the other entries stay as they were"
    assert [path.name for path in own_registry.parent.iterdir()] == ["regions.toml"]


ADD = "import sys; from analysis import regions; regions.add(sys.argv[1], 'Namn', ['1780'])"


def test_many_that_add_at_once_lose_nothing(own_registry):
    keys = [f"ny-{number}" for number in range(12)]
    running = [subprocess.Popen([sys.executable, "-c", ADD, key]) for key in keys]
    assert [process.wait(60) for process in running] == [0] * len(keys)
    assert set(keys) <= set(regions.registry())
    assert [path.name for path in own_registry.parent.iterdir()] == ["regions.toml"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_registry_saved_by_notepad_is_read(own_registry, encoding):
    own_registry.write_bytes('[ny]\nname = "Årjäng"\nmembers = ["1765"]\n'.encode(encoding))
    assert regions.get("ny").name == "Årjäng"


def test_a_word_that_is_none_of_the_registry_is_refused(own_registry):
    own_registry.write_text('[ny]\nname = "Ny"\ngroup = ["kak"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="unknown word 'group': did you mean 'groups'"):
        regions.registry()


def test_a_shipped_key_cannot_be_taken_by_the_users_file(own_registry):
    own_registry.write_text('[kak]\nname = "Annat"\nmembers = ["1780"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="'kak' is one of the shipped ones"):
        regions.registry()


@pytest.mark.parametrize(
    ("word", "key", "size"),
    [
        ("Köping", "koping", 1),
        ("Köping, Arboga", "koping-och-arboga", 2),
        ("KAK", "kak", 3),
        ("1960;1983", "kungsor-och-koping", 2),
        ("0381 Enköping", "enkoping", 1),
        ("1980", "vasteras", 1),
        ("Värmlands län", "varmlands-lan", 16),
        ("Värmland", "varmlands-lan", 16),
        ("Västra Götaland", "vastra-gotalands-lan", 49),
        ("17", "varmlands-lan", 16),
        ("Kils kommun", "kil", 1),
        ("Örebro arbetsmarknad", "orebro-arbetsmarknad", 11),
        ("Karlstads kommun", "karlstads-kommun", 1),
        ("Bergslagen", "bergslagen", 4),
    ],
)
def test_what_people_write_is_understood(word, key, size):
    region = regions.resolve(word)
    assert (region.key, len(region.members)) == (key, size)


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        ("Örebro", ["1880 (municipality)", "Örebro län (county)"]),
        ("Karlstad", ["karlstad (region)", "1780 (municipality)"]),
        ("Uppsala", ["0380 (municipality)", "Uppsala län (county)"]),
    ],
)
def test_a_word_with_several_meanings_lists_them(word, choices):
    with pytest.raises(InputError) as caught:
        regions.resolve(word)
    assert all(choice in str(caught.value) for choice in choices)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("381", "did you mean 0381 (Enköping)?"),
        ("0381 Köping", "0381 is Enköping"),
        ("Kopping", "did you mean 1983 (Köping)?"),
        ("bergslagn", "did you mean 'bergslagen'?"),
    ],
)
def test_a_word_that_names_nothing_gets_a_hint(word, hint):
    with pytest.raises(InputError) as caught:
        regions.resolve(word)
    assert hint in str(caught.value)


def test_an_integer_code_has_lost_its_zero_maybe():
    assert regions.resolve(1780).members == ("1780",)
    with pytest.raises(InputError, match="did you mean 0381"):
        regions.resolve(381)
    with pytest.raises(InputError, match="did you mean 0381"):
        regions.from_members([381])


def test_each_county_and_market_has_all_290_once():
    for kind in regions.EACH:
        codes = [code for region in regions.each(kind) for code in region.members]
        assert sorted(codes) == sorted(regions.municipalities())


def test_each_group_of_a_file(tmp_path):
    path = tmp_path / "grupper.csv"
    path.write_bytes("group;code\nVäst;1983\nVäst;Arboga\nÖst;0381\n".encode("cp1252"))
    assert [(r.name, r.members) for r in regions.each(str(path))] == [
        ("Väst", ("1983", "1984")),
        ("Öst", ("0381",)),
    ]
    path.write_text("group,code\nX,381\nY,9999\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        regions.each(str(path))
    assert len(caught.value.faults) == 2


def test_add_refuses_all_faults_and_writes_nothing(own_registry):
    before = own_registry.read_text(encoding="utf-8")
    with pytest.raises(InputError) as caught:
        regions.add("kak", "", ["9999"])
    assert len(caught.value.faults) == 3
    assert own_registry.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    "broken",
    [
        "not toml",
        '[x]\nmembers = ["1780"]\n',
        '[x]\nname = "X"\nmembers = ["9999"]\n',
        '[x]\nname = "X"\ngroups = ["finns-inte"]\n',
        '[Å]\nname = "X"\nmembers = ["1780"]\n',
    ],
)
def test_a_broken_registry_is_refused(own_registry, broken):
    own_registry.write_text(broken, encoding="utf-8")
    with pytest.raises(InputError):
        regions.registry()
