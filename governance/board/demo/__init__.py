"""Verrow Manufacturing, the demo organisation: presses at Northfield, assembly at Eastmere. Built with the verbs below."""
