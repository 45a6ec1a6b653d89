"""How much the browser tests walk through: all there is in `make soak`, in `make test` each page and each view once."""

import os

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "search"
