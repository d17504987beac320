"""Talk: what people say about any subject, and whom it reaches. Built once on the registry, so that every kind has it.

Owns comments. Imports attention (inbox), archive (versions) and what they stand on. Announces nothing: news go by the inbox.
"""
