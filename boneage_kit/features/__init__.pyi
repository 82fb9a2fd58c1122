from . import handcrafted as handcrafted
from .feature_model import FeatureModel as FeatureModel
from .frozen import frozen_features as frozen_features
from .regressors import regressor as regressor
from .regressors import with_sex as with_sex
