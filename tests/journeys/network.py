"""A network that a test can cut: a TCP gate between the browser and the live server.

``set_offline`` of the browser does not hold for a new page or a service worker at
every moment. Behind a cut gate nothing arrives, whoever sends it: its live
connections are closed, a new one is reset before a byte of it is passed on.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

from playwright.sync_api import BrowserContext

CHUNK = 65_536
#: Closing then resets the connection instead of ending it politely.
RESET = struct.pack("ii", 1, 0)


class Network:
    """The way from the browser to the server; ``url`` is where the browser goes."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._lock = threading.Lock()
        self._is_cut = False
        self._live: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._admit, daemon=True).start()

    def cut(self, context: BrowserContext | None = None) -> None:
        """Let nothing through from here on; ``context`` is told that it is offline."""
        with self._lock:
            self._is_cut = True
            for held in self._live:
                # Nothing passes a socket that is shut; its own thread closes it.
                with suppress(OSError):
                    held.shutdown(socket.SHUT_RDWR)
        if context is not None:
            context.set_offline(True)

    def mend(self, context: BrowserContext | None = None) -> None:
        """Open the way first, so that whoever hears of the network finds it there."""
        with self._lock:
            self._is_cut = False
        if context is not None:
            context.set_offline(False)

    def close(self) -> None:
        self.cut()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _admit(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(caller,), daemon=True).start()

    def _connect(self, caller: socket.socket) -> None:
        try:
            server = socket.create_connection(self._server)
        except OSError:
            caller.close()
            return
        with self._lock:
            is_refused = self._is_cut
            if not is_refused:
                self._live |= {caller, server}
        if is_refused:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            caller.close()
            server.close()
            return
        answers = threading.Thread(target=_pass_on, args=(server, caller), daemon=True)
        answers.start()
        _pass_on(caller, server)
        answers.join()
        with self._lock:
            self._live -= {caller, server}
            caller.close()
            server.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Hand every byte on until one side ends, then end the other side too."""
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    for side in (source, target):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
