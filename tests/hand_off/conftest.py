from footage_fixtures import clips, run

__all__ = ["clips", "run"]
