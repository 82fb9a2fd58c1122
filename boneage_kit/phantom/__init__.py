"""A procedural atlas: left-hand radiographs drawn from the published timetable of the skeleton.

Maturity becomes geometry (``growth``, ``epiphysis``, ``long_bone_outline``, ``long_bones``,
``carpals``, ``forearm``, ``hand``), geometry becomes thickness (``shapes``, ``canvas``,
``soft_tissue``), thickness becomes a film (``xray``, ``film``, ``film_variety``, ``marker``);
``stages`` takes the TW3 stages from the geometry; ``rendering.render`` is the way in;
``thumbnail`` reduces a film as public sets of hands were reduced. ``children.cohort`` invents
children with two readers, ``files`` writes PNG and DICOM.

>>> from boneage_kit import phantom
>>> phantom.render(sex="F", bone_age=8.5, size=256).pixels.shape
(256, 256)
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
