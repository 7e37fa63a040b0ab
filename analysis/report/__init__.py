"""From notebooks to reports: plan, execute, compose, export, and a manifest of what was done."""
