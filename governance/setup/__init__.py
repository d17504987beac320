"""How an organisation moves in: the first person, six steps, and the same questions later as settings. Owns no table; may look
at everything below. Announces nothing."""
