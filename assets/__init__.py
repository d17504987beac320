"""What we have and what leans on what. Announces `assets_changed`; listens to nothing."""
