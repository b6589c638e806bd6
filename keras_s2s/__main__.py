"""`python -m keras_s2s` is `keras-s2s`."""

from keras_s2s.cli import main

if __name__ == "__main__":
    main(prog_name="keras-s2s")
