//! Progress on the terminal.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One stage: a bar on standard error, and a line when it ends. Where that is no terminal, a line when
/// it begins takes the place of the bar.
pub struct Stage {
    name: String,
    bar: ProgressBar,
    began: Instant,
}

impl Stage {
    /// Begins a stage of this many steps.
    pub fn begin(name: impl Into<String>, steps: usize) -> Self {
        let name = name.into();
        let target = ProgressDrawTarget::stderr();
        let bar = ProgressBar::with_draw_target(Some(steps as u64), target);
        let style = "{prefix:14} {bar:30} {pos}/{len}  {eta} left  {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_prefix(name.clone());
        if bar.is_hidden() {
            eprintln!("{name}: {steps} steps");
        }
        Self {
            name,
            bar,
            began: Instant::now(),
        }
    }

    /// One more step begins.
    pub fn step(&self, what: String) {
        self.bar.set_message(what);
    }

    /// The step is done.
    pub fn done(&self) {
        self.bar.inc(1);
    }

    /// The stage is over.
    pub fn end(self) {
        self.bar.finish_and_clear();
        eprintln!(
            "{}: done in {:.1} s",
            self.name,
            self.began.elapsed().as_secs_f64()
        );
    }
}
