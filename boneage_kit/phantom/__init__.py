"""A procedural atlas: left-hand radiographs drawn from the published timetable of the skeleton.

Maturity becomes geometry (``growth``, ``epiphysis``, ``long_bone_outline``, ``long_bones``,
``carpals``, ``forearm``, ``hand``), geometry becomes thickness (``shapes``, ``canvas``,
``soft_tissue``), thickness becomes a film (``xray``, ``film``, ``marker``, ``extras``);
``stages`` reads TW3 off the geometry; ``radiograph.render`` is the way in; ``thumbnail`` reduces
a film as public sets of hands were. ``cohort`` invents
a class of children with readers, ``dicom`` writes files.

>>> from boneage_kit import phantom
>>> phantom.render(sex="F", bone_age=8.5, size=256).pixels.shape
(256, 256)
"""

from .cohort import cohort, render_row
from .dicom import write_dicom, write_png
from .radiograph import PhantomRadiograph, render
from .thumbnail import FILM_ASPECT, as_thumbnail

__all__ = ["FILM_ASPECT", "PhantomRadiograph", "as_thumbnail", "cohort", "render", "render_row",
           "write_dicom", "write_png"]
