"""The refiner: mends what a warp of a face can't. CARD.md says how it came about."""
