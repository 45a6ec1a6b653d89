import json

import pytest

from survey_app.domain.messages import Refused
from survey_app.services.definition_file import MOST_BYTES, load_definition, parse_definition
from tests import cast


def faults(content):
    with pytest.raises(Refused) as refused:
        parse_definition(content if isinstance(content, bytes) else cast.as_bytes(content))
    return list(map(str, refused.value.messages))


def test_a_definition_is_given_as_it_was_written_and_as_its_parts():
    given, found = load_definition(cast.as_bytes(cast.definition()))
    assert given == cast.definition()
    assert found.slug == "small"


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b" \n"])
def test_a_byte_order_mark_or_space_before_it_does_no_harm(before):
    assert parse_definition(before + cast.as_bytes(cast.definition())) == cast.definition()


def test_a_definition_may_name_its_schema():
    given = cast.definition() | {"$schema": "../survey-definition.schema.json"}
    assert parse_definition(cast.as_bytes(given)) == given


def test_the_meaning_is_checked_after_the_shape():
    with pytest.raises(Refused, match="there is no time zone Mars"):
        load_definition(cast.as_bytes(cast.definition(time_zone="Mars")))


def test_a_file_that_is_no_json_is_told_with_line_and_column():
    assert faults(b'{\n "title": oops}') == ["Line 2, column 11: this is not JSON (Expecting value)."]
    assert faults(b"") == ["Line 1, column 1: this is not JSON (Expecting value)."]


def test_a_file_in_another_encoding_is_told():
    assert faults("{'标题'}".encode("gb18030")) == ["The file is not UTF-8 text. Save it as UTF-8."]


def test_a_file_that_is_far_too_large_is_not_even_read():
    assert faults(b"{" * (MOST_BYTES + 1)) == [f"The file is larger than {MOST_BYTES} bytes."]


@pytest.mark.parametrize("depth", [900, 100_000])
@pytest.mark.parametrize("frame", [b"%s", b'{"title": %s}'], ids=["whole", "inside"])
def test_a_file_that_nests_too_deeply_is_refused_and_never_raises(depth, frame):
    assert len(faults(frame % (b"[" * depth + b"]" * depth))) >= 1


def test_a_key_twice_is_told():
    assert faults(b'{"title": "a", "title": "b"}') == ["The key 'title' stands twice in one object."]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-1e999"])
def test_what_is_no_number_is_refused(number):
    content = cast.as_bytes(cast.definition()).replace(b'"least": 0', b'"least": ' + number.encode())
    assert len(faults(content)) == 1
    assert "number" in faults(content)[0]


@pytest.mark.parametrize("character", ["\\u0000", "\\n", "\\u007f", "\\ud800", "\\u009b", "\\u202e"])
@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b"0736-0000000", "contact"),
        (b"All in all", "questions[0].text.en"),
        (b"nobody", "questions[3].options[1].code"),
    ],
)
def test_control_characters_and_halves_of_characters_are_refused(text, where, character):
    content = cast.as_bytes(cast.definition()).replace(text, text + character.encode())
    assert [each for each in faults(content) if each.startswith(f"{where}: ")]


def test_a_control_character_is_named():
    content = cast.as_bytes(cast.definition(contact="a\tb"))
    assert faults(content) == ["contact: the text holds U+0009, a character that cannot be printed. Delete it."]


def test_chinese_rare_characters_and_emoji_are_welcome():
    assert parse_definition(cast.as_bytes(cast.definition(contact="大剅口𠮷🏙“—”")))["contact"] == "大剅口𠮷🏙“—”"


SHAPES = {
    "not an object": ([], "$: [] is not of type 'object'"),
    "a part is missing": (cast.definition(places=None), "$: 'places' is a required property"),
    "an unknown key": (
        cast.definition(tittle="a"),
        "$: Additional properties are not allowed ('tittle' was unexpected)",
    ),
    "a bad slug": (cast.definition(slug="Größe"), "slug: 'Größe' does not match"),
    "a slug that ends in a line break": (cast.definition(slug="small\n"), "slug: "),
    "places by neither": (cast.definition(places={"quota": 1}), "places: give exactly one of under, units."),
    "places by both": (
        cast.definition(places={"under": "1", "units": ["1"]}),
        "places: give exactly one of under, units.",
    ),
    "a level of listed units": (
        cast.definition(places={"units": ["1"], "level": "village"}),
        "places: 'under' is a dependency of",
    ),
    "a class of listed units": (
        cast.definition(places={"units": ["1"], "class": "a"}),
        "places: 'under' is a dependency of",
    ),
    "a unit twice": (cast.definition(places={"units": ["1", "1"]}), "places.units: ['1', '1'] has non-unique elements"),
    "an unknown level": (
        cast.definition(places={"under": "1", "level": "hamlet"}),
        "places.level: 'hamlet' is not one of",
    ),
    "no quota at all": (cast.definition(places={"under": "1", "quota": 0}), "places.quota: 0 is less than the minimum"),
    "a quota too large to store": (
        cast.definition(places={"under": "1", "quota": 10**10}),
        "places.quota: 10000000000 is greater than the maximum",
    ),
    "a population too large to store": (
        cast.definition(places={"under": "1", "sizes": {"1": {"population": 10**10}}}),
        "places.sizes.1.population: 10000000000 is greater than the maximum",
    ),
    "an empty title": (cast.definition(title=""), "title: '' should be non-empty"),
    "a title in no language": (cast.definition(title={}), "title: {} should be non-empty"),
    "an unknown kind": (
        cast.definition(questions=[{"code": "a", "kind": "grid", "text": "a"}]),
        "questions[0].kind: 'grid'",
    ),
    "a code with a colon": (
        cast.definition(questions=[{"code": "a:b", "kind": "rating", "text": "a"}]),
        "questions[0].code: 'a:b' does not match",
    ),
    "no weight": (
        cast.definition(groups=[{"code": "a", "name": "a", "weight": 0}]),
        "groups[0].weight: 0 is less than or",
    ),
    "a threshold too low": (cast.definition(threshold=4), "threshold: 4 is less than the minimum of 5"),
    "a moment in words": (cast.definition(opens="tomorrow"), "opens: 'tomorrow' does not match"),
    "an empty scope": (cast.definition(scopes={"town": {}}), "scopes.town: {} should be non-empty"),
}


@pytest.mark.parametrize(("given", "beginning"), SHAPES.values(), ids=SHAPES.keys())
def test_a_shape_that_does_not_fit_is_told_with_its_place(given, beginning):
    said = faults(given)
    assert len(said) == 1
    assert said[0].startswith(beginning)


def test_all_shapes_that_do_not_fit_are_told_at_once():
    said = faults(cast.definition(slug="A", contact=1, threshold=1))
    assert [each.partition(":")[0] for each in said] == ["contact", "slug", "threshold"]


def test_a_long_value_does_not_flood_the_sentence():
    assert len(faults(cast.definition(title="长" * 5000))[0]) < 400


def test_every_example_and_the_cast_itself_fit_the_schema():
    for given in (cast.definition(), cast.with_groups()):
        assert json.loads(json.dumps(parse_definition(cast.as_bytes(given)))) == given
