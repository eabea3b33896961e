"""Line numbers agree with the text, whatever the standard reader accepts."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.layers import dotted, scan

TEXT = '''# a comment = 1
title = "a # = [b]"
why = """
[not.a.table]
"" x = 1"""

[a.b] # [c]
c.d = 1 # [x]
"q.r" = [ 1,
  2, # ] and }
  [3, {x = 1, y.z = "}"}],
]
[[e]]
n = 1979-05-27 07:32:00
[[e]]
n = 2
[e.sub]
k = {a = 1, b = [1,
2]}
[a]
m = \'\'\'x
'' [y]\'\'\'
'key''' + """' = 'last'
"""


def test_each_form_of_toml():
    assert tomllib.loads(TEXT)  # the example is valid
    assert {dotted(path): line for path, line in scan(TEXT).items()} == {
        "title": 2, "why": 3, "a": 20, "a.b": 7, "a.b.c": 8, "a.b.c.d": 8,
        'a.b."q.r"': 9, 'a.b."q.r"[0]': 9, 'a.b."q.r"[1]': 10, 'a.b."q.r"[2]': 11,
        'a.b."q.r"[2][0]': 11, 'a.b."q.r"[2][1]': 11, 'a.b."q.r"[2][1].x': 11,
        'a.b."q.r"[2][1].y': 11, 'a.b."q.r"[2][1].y.z': 11,
        "e": 13, "e[0]": 13, "e[0].n": 14, "e[1]": 15, "e[1].n": 16, "e[1].sub": 17,
        "e[1].sub.k": 18, "e[1].sub.k.a": 18, "e[1].sub.k.b": 18, "e[1].sub.k.b[0]": 18, "e[1].sub.k.b[1]": 19,
        "a.m": 21, "a.key": 23,
    }  # fmt: skip


def test_a_header_outranks_an_earlier_mention_of_its_table():
    assert scan("[a.b]\nx = 1\n\n[a]\ny = 2\n")["a",] == 4


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a", "b-1"), "a.b-1"), (("a", "b.c", 2, "d"), 'a."b.c"[2].d'), (('x"y',), r'"x\"y"'), (("",), '""')],
)
def test_dotted(path: tuple[str | int, ...], text: str):
    assert dotted(path) == text


def test_a_text_that_is_not_toml_does_not_hang():
    for text in ("= = =", "[", "a = [1,", "]]", 'a = "', "a = {b", "\x00"):
        scan(text)


def paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path} - {()}
    for key, item in inner:
        found |= paths(item, (*path, key))
    return found


KEYS = st.text(st.sampled_from('ab.#=[]{}"\\ é-1'), max_size=4)
SCALARS = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from(["true", "1979-05-27 07:32:00", "3.5e-3", "nan", "'#['", "'''\n]'''", '"""\n}\\""""', '"= \\" ,"']),
)


class Writer:
    """Writes a document and notes where it put what."""

    def __init__(self) -> None:
        self.text = ""
        self.lines: dict[tuple[str | int, ...], int] = {}

    def write(self, text: str) -> None:
        self.text += text

    def note(self, path: tuple[str | int, ...]) -> None:
        self.lines[path] = self.text.count("\n") + 1


@st.composite
def documents(draw: st.DrawFn) -> Writer:
    out = Writer()

    def quoted(key: str) -> str:
        return dotted((key,))

    def value(path: tuple[str | int, ...], depth: int) -> None:
        kind = draw(st.sampled_from(["scalar", "scalar", "array", "inline"] if depth else ["scalar"]))
        if kind == "scalar":
            out.write(draw(SCALARS))
        elif kind == "array":
            out.write("[" + draw(st.sampled_from(["", "\n  # ] \n", " "])))
            for i in range(draw(st.integers(0, 3))):
                out.note((*path, i))
                value((*path, i), depth - 1)
                out.write(draw(st.sampled_from([",", " ,\n", ", # , ]\n  "])))
            out.write("]")
        else:
            out.write("{")
            for i, key in enumerate(draw(st.lists(KEYS, max_size=2, unique=True))):
                out.write(", " if i else " ")
                out.note((*path, key))
                out.write(f"{quoted(key)} = ")
                value((*path, key), depth - 1)
            out.write("}")

    def pairs(table: tuple[str | int, ...], keys: list[str]) -> None:
        for key in keys:
            out.write(draw(st.sampled_from(["", "\n", "# x = [\n", "\t"])))
            out.note((*table, key))
            out.write(f"{quoted(key)} = ")
            value((*table, key), 2)
            out.write(draw(st.sampled_from(["\n", " # = {\n"])))

    keys = draw(st.lists(KEYS, min_size=1, max_size=6, unique=True))
    cut = draw(st.integers(0, len(keys)))
    pairs((), keys[:cut])
    for key in keys[cut:]:
        if draw(st.booleans()):
            out.note((key,))
            out.write(f"[{quoted(key)}]\n")
            pairs((key,), draw(st.lists(KEYS, max_size=3, unique=True)))
        else:
            for i in range(draw(st.integers(1, 3))):
                if i == 0:
                    out.note((key,))
                out.note((key, i))
                out.write(f"[[ {quoted(key)} ]] # c\n")
                pairs((key, i), draw(st.lists(KEYS, max_size=2, unique=True)))
    return out


@given(documents())
def test_every_key_of_a_document_and_its_line(document: Writer):
    table = tomllib.loads(document.text)
    assert scan(document.text) == document.lines
    assert set(document.lines) == paths(table)
