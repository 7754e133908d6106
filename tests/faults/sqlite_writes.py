"""Every write and flush of SQLite, told to whoever wants to know.

The library's own layer to the file system (`sqlite3_vfs`) stays in place: its table of functions
is copied, and writing, cutting, flushing and deleting tell first what they are about to do.
https://www.sqlite.org/vfs.html
"""

from __future__ import annotations

import ctypes
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_POINTER = ctypes.c_void_p
_VFS = 23
_METHODS = 19
"""Words of `sqlite3_vfs` and `sqlite3_io_methods` up to their third versions."""
_NAME, _OPEN, _DELETE = 3, 5, 6
_WRITE, _TRUNCATE, _SYNC = 3, 4, 5
"""Places in the two structures, in words of the machine; the first holds version and padding."""
_WORD = ctypes.sizeof(_POINTER)
_NEXT = 2

_OPEN_CREATE, _OPEN_JOURNAL, _OPEN_WAL = 0x4, 0x800, 0x80000

_Open = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, _POINTER, ctypes.c_int, _POINTER)
_Delete = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int)
_Write = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int)


@dataclass(frozen=True)
class Listener:
    """What is called, before it happens unless it says otherwise."""

    opened: Callable[[Path], None]
    written: Callable[[Path, int, bytes], None]
    cut: Callable[[Path, int], None]
    flushed: Callable[[Path, bool], None]
    """After it; tells whether the entry in its folder was flushed as well."""
    deleted: Callable[[Path], None]


@cache
def library() -> ctypes.CDLL | None:
    """Return the SQLite that Python's own module uses, None where it is built into it."""
    sqlite3.connect(":memory:").close()
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        if "libsqlite3" in line:
            loaded = ctypes.CDLL(line.split(maxsplit=5)[5])
            loaded.sqlite3_vfs_find.restype = _POINTER
            loaded.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
            loaded.sqlite3_vfs_register.argtypes = [_POINTER, ctypes.c_int]
            loaded.sqlite3_vfs_unregister.argtypes = [_POINTER]
            return loaded
    return None


@contextmanager
def told(listener: Listener) -> Iterator[None]:
    """Tell of every file that is opened meanwhile; they must be closed before the end."""
    sqlite = library()
    assert sqlite is not None, "SQLite is built into Python here"
    usual = sqlite.sqlite3_vfs_find(None)
    vfs = _copy(usual, _VFS)
    name = ctypes.create_string_buffer(b"told")
    vfs[_NAME], vfs[_NEXT] = ctypes.addressof(name), None
    layer = _Layer(listener, usual)
    vfs[_OPEN], vfs[_DELETE] = layer.open, layer.delete
    address = ctypes.addressof(vfs)
    sqlite.sqlite3_vfs_register(address, 1)
    try:
        yield
    finally:
        sqlite.sqlite3_vfs_unregister(address)
        sqlite.sqlite3_vfs_register(usual, 1)


def _copy(address: int, words: int) -> ctypes.Array[Any]:
    return (_POINTER * words).from_buffer_copy((_POINTER * words).from_address(address))


class _Layer:
    """Functions between SQLite and the file system."""

    def __init__(self, listener: Listener, usual: int) -> None:
        self._listener = listener
        self._usual = usual
        self._functions = (_POINTER * _VFS).from_address(usual)
        self._tables: dict[int, tuple[ctypes.Array[Any], list[Any]]] = {}
        self._paths: dict[int, Path] = {}
        self._new: set[int] = set()
        """Journals whose first flush takes their folder along (UNIXFILE_DIRSYNC)."""
        self._kept = [_Open(self._open), _Delete(self._delete)]
        self.open, self.delete = (_address(function) for function in self._kept)

    def _open(self, _vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        result: int = _Open(self._functions[_OPEN])(self._usual, name, file, flags, out)
        methods = (_POINTER * 1).from_address(file)
        if result == 0 and name is not None and methods[0]:
            path = Path(ctypes.string_at(name).decode())
            self._paths[file] = path
            if flags & _OPEN_CREATE and flags & (_OPEN_JOURNAL | _OPEN_WAL):
                self._new.add(file)
            methods[0] = self._table(methods[0])
            self._listener.opened(path)
        return result

    def _delete(self, _vfs: int, name: int, sync_folder: int) -> int:
        self._listener.deleted(Path(ctypes.string_at(name).decode()))
        result: int = _Delete(self._functions[_DELETE])(self._usual, name, sync_folder)
        return result

    def _table(self, usual: int) -> int:
        """Return the address of a file's functions, ours among them."""
        if usual not in self._tables:
            table = _copy(usual, _METHODS)
            write = _Write(table[_WRITE])
            truncate = _Truncate(table[_TRUNCATE])
            sync = _Sync(table[_SYNC])

            def tell_write(file: int, data: int, length: int, offset: int) -> int:
                self._listener.written(self._paths[file], offset, ctypes.string_at(data, length))
                return write(file, data, length, offset)

            def tell_truncate(file: int, size: int) -> int:
                self._listener.cut(self._paths[file], size)
                return truncate(file, size)

            def tell_sync(file: int, flags: int) -> int:
                result: int = sync(file, flags)
                self._listener.flushed(self._paths[file], file in self._new)
                self._new.discard(file)
                return result

            ours = [_Write(tell_write), _Truncate(tell_truncate), _Sync(tell_sync)]
            for place, function in zip((_WRITE, _TRUNCATE, _SYNC), ours, strict=True):
                table[place] = _address(function)
            self._tables[usual] = (table, ours)
        return ctypes.addressof(self._tables[usual][0])


def _address(function: Any) -> int:
    address = ctypes.cast(function, _POINTER).value
    assert address is not None
    return address
