"""What the pages of the workbench ask."""
