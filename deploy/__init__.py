"""How Pilotlight runs; ``local`` is one machine without configuration."""
