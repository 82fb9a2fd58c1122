from .dataset import Dataset as Dataset
from .dataset import terms_of as terms_of
from .loading import load as load
from .splits import Split as Split
from .splits import folds as folds
from .splits import patients as patients
from .splits import split as split
from .splits import stratified_subset as stratified_subset
