"""An independent verifier of Dispatch draws, written from docs/spec.md alone."""
