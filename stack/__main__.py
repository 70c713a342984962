"""Entry point of plain `pulumi preview` and `pulumi up` in this folder."""

from philotes_stack.program import program

program()
