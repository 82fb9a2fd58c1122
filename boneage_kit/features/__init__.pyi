from . import handcrafted as handcrafted
from .alphas import error_by_alpha as error_by_alpha
from .feature_model import FeatureModel as FeatureModel
from .frozen import frozen_features as frozen_features
from .regressors import regressor as regressor
from .regressors import with_sex as with_sex
