"""The encoder: identity and expression of faces, from pixels and landmarks. CARD.md says how it came about."""
