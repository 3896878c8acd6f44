"""Any rig's shape keys: what their names mean, what they do, and the map from action units to them."""
