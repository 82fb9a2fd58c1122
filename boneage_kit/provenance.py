"""What a result depends on besides its data: code, versions, machine, threads."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
import re
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psutil

from . import __version__
from ._process import usable_cores

_PACKAGE = Path(__file__).resolve().parent
#: The libraries whose version can change a digit or a pixel.
LIBRARIES = (
    "torch", "torchvision", "fastai", "timm", "numpy", "scipy", "pandas", "scikit-learn",
    "scikit-image", "pillow", "pydicom", "matplotlib", "seaborn", "papermill", "ipykernel",
)  # fmt: skip

_NO_PART_OF_A_RESULT = re.compile(
    r"_notebooks/|data/results/.*\.json|execution/|cli/|.*__pycache__/|.*\.pyi$|py\.typed$"
)


def now() -> str:
    """Return the time, UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that can change a result.

    >>> "numpy" in versions()
    True
    """
    installed = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            installed[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed


def machine() -> dict[str, str | int | float]:
    """Return system, processor, cores this process may use, memory in gigabytes, and any GPU.

    Cores are counted within the affinity and the quota of the control group.

    No host name, user or path: results are published.

    >>> machine()["cores"] >= 1
    True
    """
    gpu = gpu_name()
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": usable_cores(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        **({"gpu": gpu} if gpu else {}),
    }


def gpu_name() -> str | None:
    """Return the name of the first NVIDIA GPU without importing torch, or None.

    >>> gpu_name() is None or isinstance(gpu_name(), str)
    True
    """
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    try:
        answer = subprocess.run(
            [tool, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    names = answer.stdout.strip().splitlines()
    return names[0].strip() if names else None


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def kit() -> dict[str, str | bool | None]:
    """Return the kit's version, git commit (None outside a checkout), and code fingerprint.

    ``modified`` tells that files differ from the commit; ``code`` is :func:`code_fingerprint`,
    which tells two results apart even so.
    """
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--untracked-files=no", "--", "boneage_kit")
    return {
        "version": __version__,
        "commit": commit,
        "modified": bool(changes) if commit else None,
        "code": code_fingerprint(),
    }


def _git(*arguments: str) -> str | None:
    """Ask git without its writing anything: on a full disk it would leave a lock behind."""
    if not (_PACKAGE.parent / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(_PACKAGE.parent), *arguments],
            capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


@cache
def code_fingerprint(package: Path = _PACKAGE) -> str:
    """Return a hash of what the package does: 16 hexadecimal digits.

    A changed statement or table changes it. A comment, a docstring, the formatting and the kind
    of line ends do not; neither do files that change no result (``cli``, ``execution``, stubs).

    >>> len(code_fingerprint())
    16
    """
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package).as_posix()
        if path.is_file() and not _NO_PART_OF_A_RESULT.match(inside):
            digest.update(inside.encode() + b"\0" + _meaning(path) + b"\0")
    return digest.hexdigest()[:16]


def _meaning(path: Path) -> bytes:
    """Return a file's bytes; of Python its statements, of other text the lines without CR."""
    content = path.read_bytes()
    if path.suffix == ".py":
        return _statements(ast.parse(content)).encode()
    try:
        return content.decode("utf-8").replace("\r\n", "\n").encode()
    except UnicodeDecodeError:
        return content


def _statements(value: object) -> str:
    """Return code as text that is the same on every Python, without docstrings."""
    if isinstance(value, ast.AST):
        fields = [
            f"{name}={_statements(field)}"
            for name, field in ast.iter_fields(value)
            if field is not None and field != [] and name not in ("ctx", "kind")
        ]
        return f"{type(value).__name__}({','.join(fields)})"
    if isinstance(value, list):
        return f"[{','.join(_statements(item) for item in value if not _is_docstring(item))}]"
    return repr(value)


def _is_docstring(statement: object) -> bool:
    """Whether a statement is a text alone, which does nothing."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
