"""Change: what is under way, what it adds to what we have, and the gates it passes on its way to live.

Owns initiatives, their milestones, declarations, gates and approved patterns. Imports risks, assets and portal. Announces nothing:
the sealed log tells.
"""
