//! Where to put what has no room in memory.

use std::io::{self, Read, Seek, Write};

/// Somewhere to put what has no room: a file without a name, as a rule.
pub trait Store: Read + Write + Seek + Send + Sync {}

impl<T: Read + Write + Seek + Send + Sync> Store for T {}

/// Opens a store when it is first needed.
pub type Open = fn() -> io::Result<Box<dyn Store>>;
