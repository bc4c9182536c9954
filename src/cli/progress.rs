//! How far a job is: a bar on a terminal, one line a minute in a log.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::log::{Log, LogFormat};

/// Rows between two looks at the clock.
const STRIDE: u64 = 1024;

/// Time between two lines in a log.
const INTERVAL: Duration = Duration::from_secs(60);

/// Bytes read from the inputs, counted where they are read.
pub type Meter = Arc<AtomicU64>;

/// Counts rows, and shows from time to time how far the bytes have come.
#[derive(Default)]
pub struct Progress {
    shown: Option<Shown>,
    rows: u64,
}

struct Shown {
    what: &'static str,
    total: u64,
    meter: Meter,
    start: u64,
    begun: Instant,
    said: Instant,
    to: To,
}

enum To {
    Terminal(ProgressBar),
    Log(Log),
}

impl Progress {
    /// Shows how `what` comes along through `total` bytes counted by `meter`; with a quiet
    /// log nothing.
    pub fn new(what: &'static str, total: u64, meter: &Meter, log: &Log) -> Self {
        if log.is_quiet() {
            return Self::default();
        }
        let to = match std::io::stderr().is_terminal() && log.format() == LogFormat::Text {
            true => To::Terminal(bar(what, total)),
            false => To::Log(*log),
        };
        let (begun, start) = (Instant::now(), meter.load(Ordering::Relaxed));
        Self {
            shown: Some(Shown { what, total, meter: meter.clone(), start, begun, said: begun, to }),
            rows: 0,
        }
    }

    /// One more row was read.
    pub fn row(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(STRIDE)
            && let Some(shown) = &mut self.shown
        {
            shown.look(self.rows);
        }
    }

    /// All rows were read: the bar disappears.
    pub fn finish(&mut self) {
        if let Some(Shown { to: To::Terminal(bar), .. }) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Shown {
    fn look(&mut self, rows: u64) {
        let done = self.meter.load(Ordering::Relaxed).saturating_sub(self.start).min(self.total);
        match &self.to {
            To::Terminal(bar) => {
                bar.set_position(done);
                bar.set_message(format!("{rows} rows"));
            }
            To::Log(log) if self.said.elapsed() >= INTERVAL => {
                self.said = Instant::now();
                log.note(line(self.what, rows, done, self.total, self.begun.elapsed()));
            }
            To::Log(_) => {}
        }
    }
}

fn bar(what: &'static str, total: u64) -> ProgressBar {
    let template = "{prefix} {wide_bar} {percent:>3} %  {msg}  {bytes_per_sec}  {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style).with_prefix(what)
}

/// One line: rows, share of the bytes, rate, and the time left if the rate stays.
fn line(what: &str, rows: u64, done: u64, total: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-3);
    let rate = rows as f64 / seconds;
    let share = if total == 0 { 0.0 } else { done as f64 / total as f64 };
    let left = match share > 0.0 {
        true => format!(", about {:.0} s left", seconds * (1.0 - share) / share),
        false => String::new(),
    };
    format!("{what}: {rows} rows, {:.0} %, {rate:.0} rows/s{left}", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_rate_and_time_left() {
        let minute = Duration::from_secs(60);
        let cases = [
            (1200, 25, 100, "scoring: 1200 rows, 25 %, 20 rows/s, about 180 s left"),
            (1200, 0, 0, "scoring: 1200 rows, 0 %, 20 rows/s"),
        ];
        for (rows, done, total, expected) in cases {
            assert_eq!(line("scoring", rows, done, total, minute), expected);
        }
    }

    #[test]
    fn a_quiet_log_hears_nothing() {
        let progress = Progress::new("scoring", 1, &Meter::default(), &Log::new(true, LogFormat::Text));
        assert!(progress.shown.is_none());
    }
}
