"""One person's landmarks through a shot."""
