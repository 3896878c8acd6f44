"""Synthetic people with known weights: rendered, spoilt as footage is, looked at by the real detector.

person.py and take.py draw what is shown, stage.py renders it, degrade.py spoils the picture, observe.py asks the
detector, shards.py writes the dataset (`python -m expression_transfer.models.people`), shot.py films smooth shots.
"""
