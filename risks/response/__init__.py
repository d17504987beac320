"""What happens when a risk comes true: incidents, the plans both offices act by, and the exercises that try them.

Owns the rules, readings and doors of incidents, response plans, activations and exercises; their models stand with those of
risks. Imports the rules of risks; of it they import readings alone.
"""
