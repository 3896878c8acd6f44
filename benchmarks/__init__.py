"""What is measured, each part beside its peers: `make bench`."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it; must come before numpy
