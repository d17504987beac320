"""How the portal speaks to browsers: pages, fragments, charts, and figures shown one way."""
