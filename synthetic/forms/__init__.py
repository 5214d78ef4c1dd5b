"""Draws filled forms of every edition in the top-level package `forms`."""

from synthetic.forms.draw import draw_form
from synthetic.forms.filling import Filled, Value, fill
from synthetic.forms.flow import Look, look_for

__all__ = ["Filled", "Look", "Value", "draw_form", "fill", "look_for"]
