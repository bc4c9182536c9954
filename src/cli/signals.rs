//! Being asked to stop: said, cleaned up after, and then obeyed.

use netiquette::Result;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::flag;
    use signal_hook::low_level::{emulate_default_handler, signal_name};

    /// The signal that asked, 0 for none.
    static CAUGHT: AtomicUsize = AtomicUsize::new(0);
    /// Whether one has asked: the second one kills at once.
    static ASKED: AtomicBool = AtomicBool::new(false);

    pub fn listen() -> io::Result<()> {
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            flag::register_conditional_default(signal, &ASKED)?;
            flag::register(signal, &ASKED)?;
            flag::register_usize(signal, &CAUGHT, signal.unsigned_abs() as usize)?;
        }
        // Caught and ignored, so that a file size limit is an error of writing.
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).map(drop)
    }

    pub fn caught() -> Option<(i32, &'static str)> {
        let signal = i32::try_from(CAUGHT.load(Ordering::Relaxed)).unwrap_or(0);
        signal_name(signal).map(|name| (signal, name))
    }

    pub fn obey() {
        if let Some((signal, _)) = caught() {
            // If even that fails, the program ends by itself a moment later.
            let _ = emulate_default_handler(signal);
        }
    }
}

/// From now on SIGTERM, SIGINT and SIGHUP are noticed by [`check`] instead of killing; a
/// second one kills. A job that exceeds a file size limit gets an error instead of SIGXFSZ.
///
/// # Errors
/// If the system does not let it.
pub fn listen() -> Result<()> {
    #[cfg(unix)]
    unix::listen()?;
    Ok(())
}

/// Asked between rows: goes on or stops.
///
/// # Errors
/// When a signal has asked to stop.
pub fn check() -> Result<()> {
    #[cfg(unix)]
    if let Some((_, name)) = unix::caught() {
        let message = format!("stopped by {name}: nothing was written, an old output is untouched");
        return Err(std::io::Error::new(std::io::ErrorKind::Interrupted, message).into());
    }
    Ok(())
}

/// Ends the program by the signal that asked for it, once all is cleaned up, so that whoever
/// started it sees why it ended.
pub fn obey() {
    #[cfg(unix)]
    unix::obey();
}
