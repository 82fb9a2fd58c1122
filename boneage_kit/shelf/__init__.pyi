from .prediction_table import lost_proportions as lost_proportions
from .prediction_table import predictions_of as predictions_of
from .stored_model import StoredModel as StoredModel
from .stored_model import load as load
from .stored_model import save as save
from .train_model import train as train
