"""Telling what a model says from what it writes into a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocoder_tui.text.late_pattern import late_pattern
from autocoder_tui.text.syntax import parses

_REFUSAL = late_pattern(
    r"\b(?:i(?:['’]m| am) (?:very |so |really )?(?:sorry|afraid|unable|not able)"
    r"|i (?:can(?:['’]t|not)|won['’]t|will not|could ?n['’]t|am not going to|must decline)"
    r"|sorry,? (?:but )?(?:i|as an)\b|as an ai\b|i apologi[sz]e|my apologies"
    r"|unable to (?:assist|help|comply|fulfil))",
    re.IGNORECASE,
)
_PREAMBLE = late_pattern(
    r"\s*(?:[#*_>\-]\s*)*(?:sure|certainly|of course|absolutely|okay|ok|got it|understood|right"
    r"|here(?:['’]s| is| are)|continuing|continuation|continued|i(?:['’]ll| will)|let me"
    r"|let['’]s|i apologi[sz]e|apologies|sorry|my apologies|as requested|below|resuming|picking up"
    r"|the (?:rest|remaining|remainder)|thank)\b.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_GOING_ON = late_pattern(
    r"continu|left off|the rest|remain|cut off|interrupt|resum|pick(?:ing)? up|where (?:i|we)\b"
    r"|previous (?:message|reply|response)|\bcode\b|\bfile\b",
    re.IGNORECASE,
)
_NOTHING_LEFT = late_pattern(
    r"(?:already|now|fully|is|are|was|has been|seems|appears to be) (?:\w+ )?(?:complete|finished)"
    r"|nothing (?:more|else|left|further)|no (?:further|more|additional|other) \w+"
    r"|complete as (?:is|it is|given)|does(?: not|n['’]t) need",
    re.IGNORECASE,
)
_SAYS_DONE = late_pattern(
    r"(?:(?:ok(?:ay)?|yes|no)[,.]?\s+)?(?:that(?:['’]s|\s+is|\s+was)\s+(?:all|it|everything)\b.{0,60}"
    r"|(?-i:All done|Done|Complete|Completed|Finished)(?=[.!])"
    r"|(?:there(?:['’]s|\s+is|\s+are)\s+)?nothing\s+(?:to\s+(?:add|continue|complete|append|change|write"
    r"|output)|(?:is\s+)?missing|remains|remaining|more|else|left|further)\b.{0,80}"
    r"|(?:there\s+are\s+)?no\s+(?:further|more|additional|other)\s+(?:changes?|code|content|text|output"
    r"|lines?|additions?|edits?|files?|parts?|updates?|modifications?|continuation)\b.{0,60}"
    r"|no\s+(?:continuation|changes?|additions?)(?:\s+(?:is|are))?\s*(?:needed|required|necessary)?"
    r"|(?:the\s+)?(?:above\s+)?(?:code|file|reply|response|answer|output|content|implementation|function)"
    r"\s+(?:above\s+)?(?:is|was)\s+(?:already\s+|now\s+)?(?:complete|finished|whole|done)\b.{0,60}"
    r"|es\s+fehlt\s+nichts\b.{0,20}|(?:es\s+gibt\s+)?nichts\s+(?:mehr\s+)?hinzuzufügen"
    r"|das\s+(?:ist|war)\s+alles|(?:die\s+)?(?:datei|antwort)\s+ist\s+(?:bereits\s+)?(?:vollständig|komplett)"
    r"|(?:il\s+n['’]y\s+a\s+)?rien\s+(?:de\s+plus\s+)?à\s+ajouter|c['’]est\s+tout"
    r"|le\s+fichier\s+est\s+complet|nada\s+(?:más\s+)?que\s+(?:añadir|agregar)|eso\s+es\s+todo"
    r"|nada\s+a\s+acrescentar|niente\s+da\s+aggiungere|(?:больше\s+)?нечего\s+добавить|это\s+вс[её]"
    r"|файл\s+полный|没有(?:更多|其他|其它)?(?:的)?(?:内容|代码|需要补充|要补充|可补充).{0,12}"
    r"|(?:代码|文件|内容)已经?(?:完整|完成|结束).{0,6}|以上(?:就)?是(?:全部|完整).{0,8}"
    r"|(?:これで|以上で)(?:全て|すべて|全部|終わり)です|追加.{0,8}(?:ありません|ない)|추가할.{0,6}없.{0,4})\W*",
    re.IGNORECASE,
)
"""A whole line that says it, short as it may be. No word that a line of code is, too."""
_SENTENCE = late_pattern(r"[A-Z\"'“](?=(?s:.*?)[a-z]{2})[^{}()=<>]*[.!?:…]\Z")


def is_refusal(text: str) -> bool:
    """Whether a reply without any block declines or apologises instead of giving code."""
    start = text.strip()[:400]
    return len(text) < 4_000 and bool(_REFUSAL.search(start)) and looks_like_prose(text, "")


def is_preamble(line: str) -> bool:
    """Whether a model would say this line before it goes on ("Sure, continuing ...")."""
    return len(line) < 300 and bool(_PREAMBLE.match(line)) and bool(_GOING_ON.search(line))


def says_complete(text: str) -> bool:
    """Whether this whole reply only says that nothing is left to write."""
    if len(text) >= 600:
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    done = [_says_done(line) for line in lines]
    if not (any(done) or _NOTHING_LEFT.search(text)):
        return False
    return all(said or is_prose_line(line) for said, line in zip(done, lines, strict=True))


def _says_done(line: str) -> bool:
    if line[:1] in (" ", "\t"):
        return False
    return _SAYS_DONE.fullmatch(line.strip().strip("()[]*_<>\"'“”`- ")) is not None


def is_prose_line(line: str) -> bool:
    """Whether a line reads as a sentence or two of English rather than code."""
    stripped = line.strip().lstrip("#*->_ ").rstrip("*_ ")
    if line[:1] in (" ", "\t") or len(stripped.split()) < 3:
        return False
    return bool(_SENTENCE.match(stripped)) or is_preamble(stripped)


def looks_like_prose(text: str, target: str) -> bool:
    """Whether bare text is talk and not the content of `target`.

    A Python file is asked of the compiler; text and Markdown are always content; for the
    rest most lines decide.
    """
    suffix = target.rsplit(".", 1)[-1].lower() if "." in target else ""
    if suffix in ("md", "markdown", "rst", "txt"):
        return False
    if len(text.split(None, 4)) < 4 and not re.search(r"[=(\[{<:@]|import", text):
        return True
    if suffix in ("py", "pyi") and parses(target, text):
        return False
    filled = prose = 0
    for line in _lines(text):
        if line.strip():
            filled += 1
            prose += is_prose_line(line)
    return prose * 2 > filled


def _lines(text: str) -> Iterator[str]:
    """The lines one by one: a list of millions would take many times the memory of the text."""
    return (found.group().rstrip("\r") for found in re.finditer(r"[^\n]+", text))
