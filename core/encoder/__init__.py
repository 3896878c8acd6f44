"""Identity and expression of faces, read from pixels and landmarks by a small network."""
