"""What the organization app puts on the shelves of the screen."""

from __future__ import annotations
