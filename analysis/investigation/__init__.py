"""The folder of an investigation: its question, the municipalities' own figures, own prose."""
