"""How files and pushes from scanners become proposals about assets."""
