"""The shared dashboard and the demo organisation: top floor, it needs every app."""
