"""The accounts file on disk: read when it changes, written as a whole or not at all.

A file that cannot be read or has a fault leaves what counted before in force and is said as an error, so that a slip in
an editor locks nobody out; a file that is gone lets nobody in.
"""

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from ruamel.yaml import YAML

from streams.console.access.accounts import Accounts, parse
from streams.errors import CatalogueError, OperatorError

log = structlog.stdlib.get_logger(__name__)


class _Stamp(NamedTuple):
    """What differs after any change of a file: it is replaced (inode), or written to (time, size)."""

    inode: int
    written: int
    size: int
    mode: int


class AccountFile:
    """The accounts of a file as they are now. `changed()` costs one stat; `read()` parses: no work for an event loop."""

    def __init__(self, path: Path) -> None:
        """Read the file. OperatorError where it is not there, cannot be read or has faults (a line for each)."""
        self.path = path
        self._stamp = self._look()
        if self._stamp is None:
            raise OperatorError(
                f"accounts file {path} does not exist; `moments console user add ID --accounts {path}` makes it"
            )
        self.accounts = parse(path.name, _text(path))
        self._warn()

    def changed(self) -> bool:
        """Whether the file is another than the one that was read last."""
        return self._look() != self._stamp

    def read(self) -> None:
        """Read the file again, say what changed in it, and use it from now on."""
        stamp, before = self._look(), self.accounts
        if stamp is None:
            log.error("the accounts file is gone: nobody can sign in", file=self.path.name)
            after = Accounts()
        else:
            try:
                after = parse(self.path.name, _text(self.path))
            except CatalogueError as error:
                log.error("the accounts file has faults; the accounts before count on", faults=error.problems)
                after = before
            except OperatorError as error:
                log.error("the accounts file cannot be read; the accounts before count on", fault=str(error))
                after = before
        self._stamp, self.accounts = stamp, after
        self._warn()
        _say_changes(before, after)

    def _look(self) -> _Stamp | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return _Stamp(found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode)

    def _warn(self) -> None:
        if self._stamp is not None and self._stamp.mode & (stat.S_IRWXG | stat.S_IRWXO):
            mode = f"{stat.S_IMODE(self._stamp.mode):04o}"
            log.warning("others can read the accounts file; chmod 600 it", file=self.path.name, mode=mode)


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> Accounts:
    """Change the file in one step and return its accounts; comments and order stay. It is made if need be.

    `change` is handed the file's data. Writers wait for each other; readers see the old file or the new one. The file is
    then readable by its owner alone. OperatorError where it has faults before or after the change, or cannot be written.
    """
    path = path.resolve()  # of a link, what it points at is replaced and not the link
    try:
        with _locked(path.parent):
            text = _text(path) if path.exists() else ""
            parse(path.name, text)
            yaml = YAML(typ="rt", pure=True)
            yaml.preserve_quotes = True
            yaml.width = 10_000
            data = yaml.load(StringIO(text)) or {}
            change(data)
            out = StringIO()
            yaml.dump(data, out)
            accounts = parse(path.name, out.getvalue())
            _replace(path, out.getvalue())
            return accounts
    except OSError as error:
        raise OperatorError(f"accounts file {path} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The folder itself is the lock: the file is replaced, and a lock on it would be replaced with it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if path.exists() and (owner := path.stat()).st_uid != os.geteuid():
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)  # the console's user must still be able to read it
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise OperatorError(f"accounts file {path.name} is not UTF-8") from error
    except OSError as error:
        raise OperatorError(f"accounts file {path.name} cannot be read: {error.strerror}") from error


def _say_changes(before: Accounts, after: Accounts) -> None:
    """A line for each account that is another than it was: who may do what, and never what is secret."""
    for id_ in sorted(before.users.keys() | after.users.keys()):
        old, new = before.users.get(id_), after.users.get(id_)
        if old == new:
            continue
        if new is None:
            log.info("user removed", user=id_)
            continue
        tenants = new.tenants if new.tenants == "all" else list(new.tenants)
        shown = {"user": id_, "role": new.role, "tenants": tenants, "disabled": new.disabled}
        changed = old is not None and old.password != new.password
        log.info("user added" if old is None else "user changed", **shown, password_changed=changed)
    for id_ in sorted(before.tokens.keys() | after.tokens.keys()):
        was, now = before.tokens.get(id_), after.tokens.get(id_)
        if now is None:
            log.info("token revoked", token=id_)
        elif was != now:
            log.info("token added" if was is None else "token changed", token=id_, role=now.role)
