# SPDX-License-Identifier: MIT
"""The mutations: what each makes of a statement, as (start, end, new text)."""
import re

from source import closing

COMPARISONS = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
               "==": ("!=",), "!=": ("==",)}
ARITHMETIC = {"+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "&": ("|",),
              "|": ("&",), "<<": (">>",), ">>": ("<<",)}
LOGIC = {"&&": ("||",), "||": ("&&",)}
STEPS = {"+=": ("-=",), "-=": ("+=",), "*=": ("/=",), "/=": ("*=",), "++": ("--",), "--": ("++",),
         "&=": ("|=",), "|=": ("&=",)}
WORDS = {"true": ("false",), "false": ("true",), "break": ("continue",), "continue": ("break",),
         "LNT_TRY": ("(void)",)}
STATUS = ("LNT_ERR_INVALID", "LNT_ERR_SHAPE")
CONTROL = ("if", "for", "while", "switch")
NOT_REMOVED = (*CONTROL, "return", "else", "do", "goto", "case", "default", "break", "continue",
               "static", "const", "typedef", "struct", "enum", "union", "_Static_assert", "assert")
WHOLE = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)")
REAL = re.compile(r"(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?([fFlL]?)")


def other_numbers(text):
    """The numbers that a constant becomes: one off, or half and twice."""
    whole = WHOLE.fullmatch(text)
    if whole:
        value = int(whole[1], 0) if whole[1][:1] != "0" or whole[1][1:2] in "xX" else int(whole[1], 8)
        return [f"{other}{whole[2]}" for other in (value + 1, value - 1) if other >= 0]
    real = REAL.fullmatch(text)
    if not real:
        return []
    value = float(text.rstrip("fFlL"))
    others = (value * 2, value / 2) if value else (1.0,)
    return [f"{other!r}{real[1]}" for other in others]


def is_binary(text, token):
    """clang-format puts blanks around binary operators, and none after unary ones."""
    return text[token.start - 1:token.start].isspace() and text[token.end:token.end + 1].isspace()


def of_token(text, token):
    """What a single token becomes."""
    word = token.text
    if token.kind == "number":
        return other_numbers(word)
    if token.kind == "word":
        if word.startswith("LNT_ERR_"):
            return ["LNT_OK", STATUS[word == STATUS[0]]]
        return WORDS.get(word, ())
    if word in STEPS:
        return STEPS[word]
    if is_binary(text, token):
        return (*COMPARISONS.get(word, ()), *ARITHMETIC.get(word, ()), *LOGIC.get(word, ()))
    return ()


def negations(text, tokens):
    """`if (c)` and `while (c)` the other way round."""
    for index, token in enumerate(tokens[:-1]):
        if token.text in ("if", "while") and tokens[index + 1].text == "(":
            end = closing(tokens, index + 1)
            if end is not None:
                start = tokens[index + 1].end
                yield start, tokens[end].start, f"!({text[start:tokens[end].start]})"


def swaps(text, tokens):
    """Calls with two arguments that follow each other the other way round."""
    for index, token in enumerate(tokens[:-1]):
        if token.kind != "word" or token.text in CONTROL or tokens[index + 1].text != "(":
            continue
        end = closing(tokens, index + 1)
        if end is None:
            continue
        starts, depth = [tokens[index + 1].end], 0
        for place in tokens[index + 2:end]:
            depth += (place.text in "([{") - (place.text in ")]}")
            if place.text == "," and depth == 0:
                starts.append(place.end)
        starts.append(tokens[end].start + 1)
        for a, b, c in zip(starts, starts[1:], starts[2:]):
            first, second = text[a:b - 1], text[b:c - 1]
            if first.strip() != second.strip() and '"' not in first + second:
                yield a, c - 1, f"{second.lstrip()}, {first.strip()}"


def removals(text, tokens):
    """A call or an assignment left out, with what stands before it kept."""
    index = 0
    while index < len(tokens) and tokens[index].text in (*CONTROL, "else", "do"):
        if tokens[index].text in CONTROL:
            end = closing(tokens, index + 1) if index + 1 < len(tokens) else None
            if end is None:
                return
            index = end
        index += 1
    rest = tokens[index:]
    if len(rest) < 3 or rest[-1].text != ";" or rest[0].text in NOT_REMOVED:
        return
    starts = rest[0].text in ("*", "++", "--") or (rest[0].kind == "word" and (
        rest[1].text in ("(", "[", "->", ".", "++", "--") or rest[1].text.endswith("=")))
    if starts:
        start, end = rest[0].start, rest[-1].end
        yield start, end, ";" + "\n" * text.count("\n", start, end)


def is_array_size(tokens, index):
    """The number of elements in a declaration: one more or less is seldom a fault."""
    return (index > 2 and tokens[index].kind == "number" and tokens[index - 1].text == "[" and
            tokens[index - 2].kind == "word" and
            (tokens[index - 3].kind == "word" or tokens[index - 3].text == "*") and
            tokens[index - 3].text not in ("return", "else", "case"))


def mutations_of(text, statement):
    """All mutations of a statement; of one outside functions only its constants."""
    for index, token in enumerate(statement.tokens):
        if is_array_size(statement.tokens, index):
            continue
        if statement.in_function or token.kind == "number" or token.text in ("true", "false"):
            for other in of_token(text, token):
                yield token.start, token.end, other
    if statement.in_function:
        yield from negations(text, statement.tokens)
        yield from swaps(text, statement.tokens)
        yield from removals(text, statement.tokens)
