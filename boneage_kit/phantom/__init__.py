"""Drawn hand radiographs whose true maturity is known bone by bone."""

from .cohort import cohort, render_row
from .dicom import write_dicom, write_png

__all__ = ["cohort", "render_row", "write_dicom", "write_png"]
