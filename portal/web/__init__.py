"""Web plumbing: answers, problems, middleware, shell, geometry, how things are shown, health, the API's base classes."""
