"""``python -m psa_bridge.cli``."""

import sys

from psa_bridge.cli import main

sys.exit(main())
