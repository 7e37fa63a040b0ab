"""Where exhibits stand: gaps are closed by the mildest move that helps, by no other."""

import pytest

from analysis.report.paging import BOTTOM, TOP, Move, Spot, best, told

PAGE = BOTTOM - TOP


def book(*blocks, chapters=(0,)):
    """A way to ask: sets `blocks` (kind, height in pages) one below the other, as Typst would."""

    def ask(moves):
        given, spots, page, y, waiting = told(moves), [], 1, TOP, []
        for place, (kind, height) in enumerate(blocks):
            if place in chapters:
                if place and place not in given["joins"]:
                    page, y = page + 1, TOP
                spots.append(Spot("chapter", place, page, y))
            points = height * PAGE * given["scales"].get(str(place), 1.0)
            if place in given["floats"]:
                waiting.append((place, points))
                continue
            if y + points > BOTTOM and kind != "text" and place not in given["splits"]:
                page, y = page + 1, TOP
                for one, high in waiting:
                    spots += [Spot("start", one, page, y), Spot("end", one, page, y + high)]
                    y += high
                waiting = []
            start, y = (page, y), y + points
            if y > BOTTOM:
                page, y = page + 1, TOP + y - BOTTOM
            if kind == "text":
                spots.append(Spot("text", -1, page, y))
            else:
                spots += [Spot("start", place, *start), Spot("end", place, page, y)]
        for one, high in waiting:
            page, y = page + 1, TOP
            spots += [Spot("start", one, page, y), Spot("end", one, page, y + high)]
        return spots

    return ask


def drawn(*blocks):
    return {place: h * PAGE for place, (kind, h) in enumerate(blocks) if kind == "figure"}


def found(*blocks, chapters=(0,), rounds=20):
    return best(book(*blocks, chapters=chapters), drawn(*blocks), rounds)


def test_full_pages_are_left_alone():
    assert found(("text", 0.4), ("figure", 0.55), ("text", 0.9)) == ()


def test_a_figure_a_little_too_high_is_drawn_smaller():
    (move,) = found(("text", 0.5), ("figure", 0.52), ("text", 0.6))
    assert (move.kind, move.place) == ("scale", 1)
    assert 0.85 <= move.by < 1


def test_a_figure_much_too_high_waits_for_the_next_page():
    assert found(("text", 0.5), ("figure", 0.8), ("text", 0.45), ("table", 0.15)) == (
        Move("float", 1),
    )


def test_a_long_table_goes_on_over_the_page():
    assert found(("text", 0.5), ("table", 0.9), ("text", 0.5)) == (Move("split", 1),)


def test_a_short_table_is_not_split():
    kinds = {move.kind for move in found(("text", 0.8), ("table", 0.25), ("text", 0.1))}
    assert "split" not in kinds


def test_a_chapter_begins_where_the_one_before_ends_early():
    blocks = (("text", 0.95), ("text", 0.3), ("text", 0.6))
    assert found(*blocks, chapters=(0, 2)) == (Move("join", 2),)
    assert found(("text", 0.8), ("text", 0.6), chapters=(0, 1)) == ()


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_it_ends_after_so_many_rounds(rounds):
    asked = []
    blocks = tuple(("figure", 0.7) for _ in range(8))
    ask = book(*blocks)
    best(lambda moves: asked.append(moves) or ask(moves), drawn(*blocks), rounds)
    assert len(asked) <= rounds + 1
