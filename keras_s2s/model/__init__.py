"""The two systems as Keras layers and functional models."""

from keras_s2s.registration import import_keras_with_tensorflow

import_keras_with_tensorflow()
