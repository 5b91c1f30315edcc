"""Makes bundles of the draw with fixed secrets: test vectors, evidence of nothing."""
