"""What plans and targets put on the shelves of the screen."""

from __future__ import annotations
