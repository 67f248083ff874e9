# SPDX-License-Identifier: MIT
"""C source as tokens and statements, as far as mutations need it."""
import re

TOKEN = re.compile(r"""
    (?P<skip>//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:\\\n|[^\n])*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[.\w])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<operator>->|\+\+|--|<<=|>>=|<=|>=|==|!=|&&|\|\||<<|>>|[-+*/%&|^]=|\.\.\.|[^\s\w])
    """, re.VERBOSE | re.DOTALL | re.MULTILINE)
CLOSES = {")": "(", "]": "[", "}": "{"}


class Token:
    def __init__(self, match):
        self.text, self.kind = match[0], match.lastgroup
        self.start, self.end = match.span()


class Statement:
    """Tokens from one `;`, `{` or `}` to the next; its lines, from 1; whether it is in a function."""

    def __init__(self, tokens, first, last, in_function):
        self.tokens = tokens
        self.lines = range(first, last + 1)
        self.in_function = in_function


def tokens_of(text):
    """The tokens but comments, strings and lines of the preprocessor."""
    return [Token(match) for match in TOKEN.finditer(text) if match.lastgroup != "skip"]


def closing(tokens, index):
    """The index of the bracket that closes the one at `index`, or None."""
    depth = 0
    for place in range(index, len(tokens)):
        if tokens[place].text in ("(", "[", "{"):
            depth += 1
        elif tokens[place].text in CLOSES:
            depth -= 1
            if depth == 0:
                return place
    return None


def statements_of(text):
    """The statements of a file, in order."""
    def line_of(place):
        return text.count("\n", 0, place) + 1

    found, current, brackets, in_function = [], [], [], False
    for token in tokens_of(text):
        current.append(token)
        inside_braces = in_function and bool(brackets)
        if token.text in ("(", "["):
            brackets.append(token.text)
        elif token.text in (")", "]") and brackets:
            brackets.pop()
        elif token.text == "{" and not brackets:
            in_function = len(current) > 1 and current[-2].text == ")"
        inside = "(" in brackets or "[" in brackets
        if token.text in (";", "{", "}") and not inside:
            found.append(Statement(current, line_of(current[0].start), line_of(token.start),
                                   inside_braces))
            current = []
        if token.text == "{":
            brackets.append("{")
        elif token.text == "}" and brackets:
            brackets.pop()
    return found
