//! The offline command-line tool.
fn main() {}
