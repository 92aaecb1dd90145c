"""What a document may load: our stylesheets and the pictures handed in, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from weasyprint.urls import URLFetcher, URLFetcherResponse

TEMPLATE_ROOT = Path(__file__).resolve().parents[4] / "templates"
_STYLES = TEMPLATE_ROOT / "documents"


@cache
def stylesheet(name: str) -> bytes | None:
    """Read one of our stylesheets by its bare name; anything that is no such name is unknown."""
    if name not in {path.name for path in _STYLES.glob("*.css")}:
        return None
    return (_STYLES / name).read_bytes()


class ClosedFetcher(URLFetcher):
    """Serves from memory and knows no protocol: no file, no network, no redirect."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.pictures = pictures
        self.refused: list[str] = []

    def fetch(self, url: str, headers: EmailMessage | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "static" and (content := stylesheet(name)) is not None:
            return URLFetcherResponse(url, content, {"Content-Type": "text/css; charset=utf-8"})
        if scheme == "picture" and name in self.pictures:
            return URLFetcherResponse(url, self.pictures[name], {"Content-Type": "image/png"})
        self.refused.append(url)
        raise ValueError(f"refused: {url}")


class FontFetcher(URLFetcher):
    """Serves the font files it was given, by their place in the list, and nothing else."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.paths = paths

    def fetch(self, url: str, headers: EmailMessage | None = None) -> URLFetcherResponse:
        scheme, _, place = url.partition(":")
        if scheme != "font" or not place.isdecimal() or int(place) >= len(self.paths):
            raise ValueError(f"refused: {url}")
        content = self.paths[int(place)].read_bytes()
        return URLFetcherResponse(url, content, {"Content-Type": "font/sfnt"})
