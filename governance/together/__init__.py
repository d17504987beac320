"""Deciding together: questions put to both leaders, their positions, dissent that is kept, conditions that are followed up.

Owns decisions and everything said about them. Imports risks, assets and portal. Announces nothing: the sealed log tells.
"""
