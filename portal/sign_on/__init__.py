"""Coming in by an identity provider: who is asked (OpenID Connect), whom its answer names, and which roles follow from its groups.

Owns providers, the rules by which groups become roles, and what was given by them. Signing in by password stays beside it.
"""
