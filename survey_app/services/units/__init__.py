"""Units: the tree, its imports, its changes and their history."""
