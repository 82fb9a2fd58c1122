from .children import cohort as cohort
from .children import render_row as render_row
from .files import write_dicom as write_dicom
from .files import write_png as write_png
from .rendering import PhantomRadiograph as PhantomRadiograph
from .rendering import render as render
from .thumbnail import FILM_ASPECT as FILM_ASPECT
from .thumbnail import as_thumbnail as as_thumbnail
