"""Encodings without a mark: told by what a file says or holds, and never guessed in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.workspace.errors import BinaryFile
from autocoder_tui.workspace.textfile import TextFile, read_text_file

JAPANESE = "# 日本語のコメント\nx=1\n"
CHINESE = "# 这个函数把两个数相加\ndef add\n"
TRADITIONAL = "# 這個函數把兩個數相加\n"
KOREAN = "// 한국어 주석입니다\n"
RUSSIAN = "// Функция складывает два числа\n"


def read(folder: Path, data: bytes) -> TextFile:
    path = folder / "file.txt"
    path.write_bytes(data)
    return read_text_file(path)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        ("print('エラーが発生しました')\n", "cp932"),
        ("愛のある安い案\n", "euc_jp"),
        ("alpha\n日本語\n", "shift_jis"),
        (CHINESE, "gbk"),
        ("// 返回值: 成功返回0, 失败返回-1\n", "gb2312"),
        (TRADITIONAL, "big5"),
        (KOREAN, "euc_kr"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        ("alpha\nпривет\n", "koi8-r"),
        ("x = 'naïve façade'\n", "cp1252"),
        ("# Größe über Straße\n", "cp1252"),
        ("// Ça va? À bientôt, ÉTÉ\n", "cp1252"),
        ("GERÄT ÜBER\n", "cp1252"),
        ("“quotes” – dash…\n", "cp1252"),
        ("naïveté, coöperation, ñandú", "latin-1"),
        ("ÀÉÈÙ", "cp1252"),
    ],
)
def test_texts_are_read_right_and_the_guess_is_said(
    tmp_path: Path, text: str, encoding: str
) -> None:
    file = read(tmp_path, text.encode(encoding))
    assert file.text == text
    assert file.encode(text) == text.encode(encoding)
    assert file.guessed
    assert "which is a guess" in file.guess


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("# -*- coding: cp1250 -*-\n", "cp1250"),
        ("#!/usr/bin/python\n# vim: fileencoding=cp1250\n", "cp1250"),
        ('<?xml version="1.0" encoding="windows-1250"?>\n', "cp1250"),
        ('<html><meta charset="windows-1250">\n', "cp1250"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">\n', "cp1250"),
        ('@charset "windows-1250";\n', "cp1250"),
    ],
)
def test_what_a_file_says_of_itself_counts(tmp_path: Path, head: str, encoding: str) -> None:
    text = head + "příliš žluťoučký kůň\n"
    file = read(tmp_path, text.encode(encoding))
    assert (file.text, file.encoding, file.guess) == (text, encoding, "")


@pytest.mark.parametrize(
    "head",
    [
        "# coding: rot13\n",
        "# coding: utf-7\n",
        "# coding: unicode_escape\n",
        "# coding: no-such\n",
        "x = 1\ny = 2\nopen(name, encoding='gbk')\n",
    ],
)
def test_what_is_no_character_set_of_a_file_is_passed_over(tmp_path: Path, head: str) -> None:
    file = read(tmp_path, (head + "café au lait\n").encode("cp1252"))
    assert file.text == head + "café au lait\n"
    assert file.guessed


@pytest.mark.parametrize("data", ["é\n".encode(), "é\n".encode("utf-16"), b"plain\n", b""])
def test_unicode_is_no_guess(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data).guess == ""


@given(st.binary(min_size=1, max_size=60).map(lambda data: b"# \xe9\n" + data))
def test_whatever_was_guessed_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    try:
        file = read(tmp_path_factory.getbasetemp(), data)
    except BinaryFile:
        return
    assert file.encode(file.text) == data


def test_of_a_long_file_the_beginning_is_judged(tmp_path: Path) -> None:
    text = JAPANESE * 2_000
    assert read(tmp_path, text.encode("shift_jis")).text == text


def test_a_few_letters_among_many_signs_are_not_taken_for_cyrillic(tmp_path: Path) -> None:
    text = "° § © ® ± µ ¶ · » « ¼ ½ ¾ — äöü ÄÖÜ\n"
    assert read(tmp_path, text.encode("cp1252")).text == text
