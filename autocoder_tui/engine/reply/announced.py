"""Whether a reply announces that more of it is to come: "(continued in the next message)".

Models say so in many words and in the user's language, after the code and before it ("Part 1 of
2:"). Asked is for an announcement about the reply itself; talk that only mentions going on ("the
loop will continue", "continue with the next step of the guide") is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocoder_tui.text.late_pattern import late_pattern

_LONGEST_LOOKED_AT = 3_000
"""Characters from the beginning, and from the end, of what is said after the code."""
_LONGEST_SENTENCE = 400
_SENTENCE_END = late_pattern(r"(?<=[.!?:…])\s+|[\n。！？]+")

_MESSAGE = (
    r"(?:next|following|subsequent|second|another|separate|new|upcoming|follow-?up)\s+"
    r"(?:message|repl(?:y|ies)|response|part|answer|turn|chunk|post|output|segment|section|one)s?"
)
_REST = (
    r"(?:(?:the\s+)?(?:rest|remainder|remaining\s+\w+|remaining|second\s+half|other\s+half)"
    r"(?:\s+of\s+(?:the|this|my|your|it|its)\b(?:\s+(?:code|file|files|implementation|class|module"
    r"|script|function|functions|methods?|program|document|text|answer|reply|response|content))?)?)"
)
_CONTINUED = r"(?:to\s+be\s+)?(?:continu(?:ed|es|ing|ation)|cont(?:inue)?(?:['’]?d|\.))"
_I = r"(?:i(?:['’]ll|\s+will|['’]m\s+going\s+to|\s+am\s+going\s+to|\s+shall)|we(?:['’]ll|\s+will))"
_GO_ON = r"(?:continue|go\s+on|proceed|carry\s+on|keep\s+going|resume|finish)"

_ANNOUNCED = late_pattern(
    "|".join(
        (
            # The whole sentence, brackets and stars aside, is the announcement.
            rf"^{_CONTINUED}(?:\s+(?:below|next|soon|shortly|later|on))?\W*$",
            r"^(?:more\s+(?:to\s+(?:come|follow)|follows|coming)|to\s+be\s+cont\w*)\b",
            rf"^(?:(?:the\s+)?(?:code|file|reply|response|answer)\s+(?:is\s+)?)?{_CONTINUED}"
            rf"\s+(?:(?:in|with|at|from)\s+)?(?:part\s+\d+\s+of\s+)?(?:the\s+|my\s+|a\s+)?{_MESSAGE}",
            rf"^(?:please\s+)?(?:see|wait\s+for)\s+(?:the\s+|my\s+)?{_MESSAGE}\s+(?:for|to\s+get)",
            rf"^(?:and\s+)?{_REST}\b(?:\s+(?:is|are|will|to|follows?|comes?|goes)\b)?"
            rf".{{0,40}}\b{_MESSAGE}\W*$",
            rf"^{_REST}\s+(?:will\s+follow|follows|to\s+follow|is\s+coming|coming)\W*"
            r"(?:soon|shortly|next|below)?\W*$",
            rf"^(?:\w+,?\s+){{0,2}}{_I}\s+(?:now\s+)?(?:{_GO_ON}|send|provide|post|write|give|output"
            rf"|share|deliver|add)\b.{{0,80}}\b(?:{_MESSAGE}|in\s+(?:part|message)\s+\d)",
            rf"^{_I}\s+(?:now\s+)?(?:{_GO_ON}|send|provide|post)\s+(?:with\s+)?{_REST}\b",
            rf"^{_I}\s+{_GO_ON}\s*(?:from\s+(?:here|there|this\s+point)|next|shortly|now|below)?\W*$",
            # Questions and invitations.
            rf"^(?:shall|should|can|may|do\s+you\s+want\s+me\s+to|would\s+you\s+like\s+me\s+to"
            rf"|want\s+me\s+to|let\s+me\s+know\s+(?:if|when)\s+(?:you(?:['’]d|\s+would)?\s+)?"
            rf"(?:like|want|wish|need|should|shall|i\s+should|to)\s*(?:me\s+to)?)"
            rf"(?:\s+i)?\s+(?:{_GO_ON}|send|output|provide)"
            rf"(?:\s+(?:with\s+)?{_REST}[^.?!]{{0,40}}|\s+from\s+(?:here|there))?\W*$",
            rf"\b(?:say|type|send|reply|respond|write|enter|answer|prompt\s+me|tell\s+me|ask\s+me)\b"
            rf".{{0,24}}[\"'“‘`*]+(?:please\s+)?(?:{_GO_ON}|next|more|ok)[\"'”’`*.,!]+",
            rf"\b(?:ask|tell|prompt)\s+me\s+to\s+{_GO_ON}\b",
            # Limits of the reply.
            r"\b(?:i(?:['’]ve|\s+have)?|we(?:['’]ve|\s+have)?|this\s+(?:reply|response|message))\s+"
            r"(?:(?:has|just)\s+)?(?:reach(?:ed)?|hit|ran?\s+into|exceed(?:ed|s)?)\s+(?:the|my|its|a)\s+"
            r"(?:maximum\s+)?(?:output|token|length|message|response|reply|character|size|context)",
            r"\bdue\s+to\s+(?:the\s+|my\s+)?(?:(?:output|response|reply|message|token|length"
            r"|character|size|space)\s+)+(?:limit\w*|constraint\w*|restriction\w*)",
            r"^(?:(?:my|the|this)\s+)?(?:output|reply|response|message|answer|code)\s+"
            r"(?:(?:has\s+been|was|is|got)\s+)?(?:truncated|cut\s+off|cut\s+short)"
            r"(?:\s+(?:here|due|because|by\s+the|at\s+this)\b.*)?\W*$",
        )
    ),
    re.IGNORECASE,
)
_PART_OF = late_pattern(
    r"^(?:(?:this\s+is|end\s+of|that(?:['’]s|\s+was)|here\s+ends)\s+)?(?:the\s+)?"
    r"(?:part|message|chunk|section)?\s*(\d{1,2})\s*(?:/|of|von|de|из)\s*(\d{1,2})\b.{0,30}$",
    re.IGNORECASE,
)
_END_OF_PART = late_pattern(r"^end\s+of\s+part\s+(?:\d+|one|a|i)\W*$", re.IGNORECASE)
_OTHER_LANGUAGES = late_pattern(
    r"未完待[续續]|^待[续續]|下一[条條个個则則]?(?:消息|訊息|信息|回[复復]|部分|段|篇).{0,12}[继繼][续續]"
    r"|[继繼][续續].{0,16}下一[条條个個则則]?(?:消息|訊息|信息|回[复復]|部分)|接下[一]?[条條]"
    r"|(?:回[复復]|[输輸]入|[发發]送|说|說).{0,6}[“\"「'‘]?[继繼][续續]"
    r"|^(?:続く|つづく)|次の(?:メッセージ|返信|回答|投稿)(?:に|で|へ).{0,8}(?:続|つづ)"
    r"|다음\s*(?:메시지|답변|응답)(?:에서|에|로).{0,10}(?:계속|이어)|^계속(?:됩니다)?\W*$"
    r"|fortsetzung\s+(?:folgt|in\s+der\s+nächsten)|(?:wird|geht|setze\s+ich|ich\s+setze)\b.{0,40}\bin\s+der\s+"
    r"nächsten\s+(?:nachricht|antwort)|der\s+rest\s+(?:folgt|kommt)|^wird\s+fortgesetzt"
    r"|^(?:à|a)\s+suivre\W*$|(?:la\s+)?suite\s+(?:dans|au|à|du)\b.{0,24}\b(?:message|réponse)"
    r"|continu(?:e|é|er)\w*\s+dans\s+(?:le|la|mon|ma)\s+(?:prochain|suivant|message|réponse)"
    r"|contin[uú]a(?:rá|ré)?\s+(?:en|com|con|na|no|nel|nella)\b.{0,30}\b(?:mensaje|mensagem|messaggio"
    r"|respuesta|resposta|risposta)|^continuar[áà]\W*$|^continua\W*$"
    r"|(?:resto|restante)\b.{0,30}\b(?:siguiente|próximo|próxima|prossimo|prossima)\s+"
    r"(?:mensaje|mensagem|messaggio|respuesta|resposta|risposta)"
    r"|продолжение\s+(?:следует|в\s+следующем)|продолж\w+\s+в\s+следующ\w+\s+(?:сообщени|ответ)"
    r"|wordt\s+vervolgd|vervolg\s+in\s+(?:het|de)\s+volgende|ciąg\s+dalszy\s+nast|c\.\s?d\.\s?n\."
    r"|devam[ıi]\s+(?:gelecek|sonraki|bir\s+sonraki)|^يتبع|fortsättning\s+följer|jatkuu\s+seuraavassa"
    r"|pokračování\s+(?:příště|v\s+další)|tiếp\s+tục\s+(?:ở|trong)\s+(?:tin\s+nhắn|phần)\s+(?:tiếp|sau)"
    r"|bersambung|अगले\s+संदेश\s+में",
    re.IGNORECASE,
)
_NUMBER_WORDS = (
    "one i un une uno una eins 一",
    "two ii deux dos due zwei 二 两 兩",
    "three iii trois tres drei 三",
    "four iv quatre cuatro vier 四",
    "five v cinq cinco fünf 五",
)
_NUMBERS = {word: n for n, words in enumerate(_NUMBER_WORDS, 1) for word in words.split()}
_NUMBER = rf"(\d{{1,2}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_OF = r"\s*\(?\s*(?:/|(?:out\s+)?of|von|sur|de|di|из|van|共|中)\s*"
_PART = r"(?:part|message|reply|response|chunk|piece|teil|nachricht|partie|parte|часть|deel|パート)"
_LEAD = (
    r"(?:(?:ok(?:ay)?|sure|now|so|here(?:['’]s|\s+is|\s+are|\s+comes|\s+goes)?|this\s+is|below\s+is"
    r"|that\s+is|hier\s+ist|voici|aquí\s+está|ecco|only|just)\W+)*(?:the\s+|la\s+|der\s+)?"
)
_FIRST_OF = late_pattern(
    # "Part 1 of 2", "a.py, part 1/2", "[1/2]", "a.py (1 of 2)", "第1部分（共2部分）".
    rf"(?:^{_LEAD}|^.{{0,60}}[\s,;(\[–—-]){_PART}\s*(?:no\.?\s*|[#№]\s*)?{_NUMBER}{_OF}{_NUMBER}\b"
    rf"|^\W*{_NUMBER}\s*(?:/|of)\s*{_NUMBER}\W*$"
    rf"|[(\[（【]\s*{_NUMBER}\s*(?:/|of)\s*{_NUMBER}\W*$"
    rf"|第\s*{_NUMBER}\s*[部段条篇回].{{0,4}}[共/全]\s*{_NUMBER}",
    re.IGNORECASE,
)
_STATES = r"(?!.*\b(?:is|are|was|were|has|have|stays?|remains?|contains?|does|handles?|now|only)\b)"
_FIRST_PART = late_pattern(
    rf"^{_LEAD}(?:first|1st|initial)\s+(?:half|part|portion|chunk|piece|section)\b{_STATES}.{{0,80}}$"
    rf"|^{_LEAD}part\s+(?:1|one|i)\W*$"
    rf"|^{_LEAD}(?:erste\s+(?:hälfte|teil)|erster\s+teil|teil\s+1|première\s+(?:partie|moitié)"
    r"|primera?\s+(?:parte|mitad)|prima\s+(?:parte|metà)|первая\s+(?:часть|половина))\b"
    r"(?!.*\b(?:ist|bleibt|est|es|è)\b).{0,60}$"
    r"|^(?:以下是|这是|這是)?第[一1]部分\W*$",
    re.IGNORECASE,
)
_IN_PARTS = late_pattern(
    r"\b(?:in|into|over|across|as)\s+(?:two|three|four|several|multiple|a\s+few|\d)\s+(?:separate\s+"
    r"|different\s+)?(?:messages|replies|responses|answers|posts)\b"
    rf"|^(?:.{{0,80}},?\s+)?(?:so\s+)?{_I}\s+(?:have\s+to\s+|need\s+to\s+|now\s+)?(?:send|post|provide"
    r"|deliver|share|output)\b.{0,40}\b(?:in|into|over|across|as)\s+(?:two|three|four|several|multiple"
    r"|a\s+few|\d)\s+(?:separate\s+)?(?:parts|chunks|pieces)\b",
    re.IGNORECASE,
)
_NEXT_MESSAGE = late_pattern(rf"\b{_MESSAGE}", re.IGNORECASE)
_COMMENT = late_pattern(r"\s*(?:#+|//+|--|;+|/\*+|<!--|\*|%+|\"\"\"|''')?[\s.…]*")
_AROUND = " \t\r*_~`#>|-=+.…/\\()[]{}（）【】［］《》「」\"'“”<!\ufeff\u2026→➡▶⏩⬇↓➜"


def says_to_be_continued(text: str) -> bool:
    """Whether what a reply says after its code announces that more is to come."""
    return any(_announces(sentence) for sentence in _sentences(_ends(text)))


def parts_to_come(before: str, around: str, blocks: int) -> int:
    """How many more parts a reply announces by what it says `before` its first file; 0 for none.

    One where it gives no number. `around` is all that is said outside of its files, and `blocks`
    their number: of two parts the second may be here, too.
    """
    parts = [part for sentence in _sentences(_ends(around)) if (part := _part_of(sentence))]
    if parts:
        number, total = max(parts)
        return total - number
    return int(any(_announces_first(sentence, blocks) for sentence in _sentences(_ends(before))))


def _announces_first(sentence: str, blocks: int) -> bool:
    if _OTHER_LANGUAGES.search(sentence):
        return True
    if _NEXT_MESSAGE.search(sentence) and _ANNOUNCED.search(sentence):
        return True
    alone = _FIRST_PART.search(sentence) or _IN_PARTS.search(sentence)
    return blocks == 1 and alone is not None


def _part_of(sentence: str) -> tuple[int, int] | None:
    """The number of a part, and of how many, where the sentence heads one."""
    found = _FIRST_OF.search(sentence)
    if found is None:
        return None
    number, total = (_number(word) for word in found.groups() if word)
    return (number, total) if 0 < number <= total and total > 1 else None


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS.get(word.lower(), 0)


def _ends(text: str) -> str:
    """As much of a long text as is looked at."""
    if len(text) <= 2 * _LONGEST_LOOKED_AT:
        return text
    return text[:_LONGEST_LOOKED_AT] + "\n" + text[-_LONGEST_LOOKED_AT:]


def is_announcement(line: str) -> bool:
    """Whether a line at the end of code, a comment or a bare line, is nothing but that.

    Stricter than for talk, for here it could be a line of the file: it speaks of a message, a
    part or a limit, or stands in brackets.
    """
    said = line.strip()
    if not said or len(said) > _LONGEST_SENTENCE or not _announces(_bare(_uncommented(said))):
        return False
    bracketed = _uncommented(said)[:1] in ("(", "[", "（", "【", "*", "_", ".", "…")
    speaks = re.search(
        r"message|reply|response|\bpart\b|limit|消息|訊息|回复|メッセージ|nachricht|mensaje|mensagem"
        r"|messaggio|сообщени",
        said,
        re.IGNORECASE,
    )
    return bracketed or speaks is not None


def _uncommented(line: str) -> str:
    comment = _COMMENT.match(line)
    return line if comment is None else line[comment.end() :]


def _bare(sentence: str) -> str:
    return sentence.strip(_AROUND)


def _sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        for sentence in _SENTENCE_END.split(line):
            if sentence:
                yield _bare(sentence[:_LONGEST_SENTENCE])


def _announces(sentence: str) -> bool:
    if not sentence:
        return False
    part = _PART_OF.match(sentence)
    if part is not None:
        return 0 < int(part[1]) < int(part[2])
    return bool(
        _ANNOUNCED.search(sentence)
        or _END_OF_PART.match(sentence)
        or _OTHER_LANGUAGES.search(sentence)
    )
