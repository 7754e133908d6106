"""The command line: `qc …`.

Commands of the other packages join through the entry points `teliti.commands`, so that this
package imports neither the service nor the training.
"""

from qc.cli.main import app, main

__all__ = ["app", "main"]
