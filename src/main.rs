//! netiquette
fn main() {}
