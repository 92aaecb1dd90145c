"""What returns and their review put on the shelves of the screen."""

from __future__ import annotations
