"""Whether PowerShell scripts can be read, by tree-sitter's grammar (PyPI): there is no PowerShell to be had where this runs.

    powershell.py FILE…
"""

import pathlib
import sys

import tree_sitter
import tree_sitter_powershell

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def errors(node):
    if node.is_error or node.is_missing:
        yield node.start_point[0] + 1
    for child in node.children:
        yield from errors(child)


def read(name):
    tree = PARSER.parse(pathlib.Path(name).read_bytes())
    return [f"{name}:{line}: not as the grammar has it" for line in errors(tree.root_node)]


found = [line for name in sys.argv[1:] for line in read(name)]
assert list(errors(PARSER.parse(b"if ($a { 'b' }").root_node)), "it says nothing of what is wrong"
sys.exit("\n".join(found) or 0)
