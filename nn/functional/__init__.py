"""The maths of layers as functions of tensors and arrays: no weights of their own, no state.

>>> import numpy as np, autograd as ag
>>> from nn import functional as F
>>> image, kernel = np.ones((1, 28, 28, 1), np.float32), ag.Variable(np.ones((3, 3, 1, 8), np.float32))
>>> with ag.Tape() as t:
...     y = F.max_pool(F.relu(F.conv(image, kernel)))
>>> y.shape, t.gradient(y, kernel).shape
((1, 13, 13, 8), (3, 3, 1, 8))

Series are (batch, time, channels) and images (batch, height, width, channels), as in Keras: channels last. Every
function keeps float16, float32 and float64, and has derivatives of any order in both modes.
"""

from autograd import log_softmax, relu, sigmoid, softmax, softplus
from nn.functional.attention import scaled_dot_product_attention
from nn.functional.convolution import conv, conv_transpose
from nn.functional.dropout import dropout
from nn.functional.embedding import embedding, one_hot
from nn.functional.normalization import batch_norm, batch_norm_training, group_norm, layer_norm, rms_norm
from nn.functional.pooling import average_pool, global_average_pool, global_max_pool, max_pool
from nn.functional.resize import interpolate
from nn.functional.windows import fold, unfold

__all__ = [
    "average_pool",
    "batch_norm",
    "batch_norm_training",
    "conv",
    "conv_transpose",
    "dropout",
    "embedding",
    "fold",
    "global_average_pool",
    "global_max_pool",
    "group_norm",
    "interpolate",
    "layer_norm",
    "log_softmax",
    "max_pool",
    "one_hot",
    "relu",
    "rms_norm",
    "scaled_dot_product_attention",
    "sigmoid",
    "softmax",
    "softplus",
    "unfold",
]
