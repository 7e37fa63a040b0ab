"""Tables and figures of an investigation's report."""
