"""What other systems are told of the sealed log: signed, again and again until they took it, and never to an address inside.

Owns subscriptions and deliveries; imports web, people and record; announces nothing.
"""
