"""Declarations in layouts that no edition has: what a reader meets when a form is new to it."""

from synthetic.declarations.draw import HELD_OUT, LAYOUTS, TICKED, draw_declaration

__all__ = ["HELD_OUT", "LAYOUTS", "TICKED", "draw_declaration"]
