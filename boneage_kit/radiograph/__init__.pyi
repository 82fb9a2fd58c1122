from .decode import Radiograph as Radiograph
from .decode import read_radiograph as read_radiograph
from .formats import FIRST_BYTES as FIRST_BYTES
from .formats import FORMATS as FORMATS
from .formats import recognise as recognise
from .square import stretch as stretch
from .square import to_square as to_square
