"""Maps and charts: data and Axes in, Axes out; each knows its title, alt text and table."""
