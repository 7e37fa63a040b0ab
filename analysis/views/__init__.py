"""What one region's chapters look at: frozen views made from loaders and metrics.

Text only says, figures only draw; what is chosen, summed, ordered or rounded for both stands here.
"""

from analysis import lazy

__getattr__, __dir__ = lazy.room(__name__)
