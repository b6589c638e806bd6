"""What makes training fast: nothing here changes what is computed."""

from keras_s2s.registration import import_keras_with_tensorflow

import_keras_with_tensorflow()
