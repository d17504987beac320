"""People: units, users, roles, appointments, tokens, and the one definition of access. Announces nothing; imported by all above."""
