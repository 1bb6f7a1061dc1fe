"""`python -m nilometer.documentation [DIRECTORY]`: writes the generated pages, by default to `docs/reference`."""

import sys
from pathlib import Path

from nilometer.documentation.pages import write

for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")):
    print(path)
