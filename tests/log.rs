//! The formats of transparency logs against other implementations of them.
