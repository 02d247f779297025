"""``python -m services.adoption scan | rebuild | reconcile``."""
