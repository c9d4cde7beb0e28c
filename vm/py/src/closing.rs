//! Closing what an abandoned continuation held.

use crate::driver::drop_frame;
use crate::generator::{close_unraisable, finalize};
use crate::host::{PyCaptured, PyFrame};
use crate::note;
use crate::object::without_current_error;

/// Closes what an abandoned continuation held: its generators, innermost first. (A run of doeff's
/// has its own order.) What they raise goes to `sys.unraisablehook`.
pub fn close_captured(mut captured: PyCaptured) {
    without_current_error(|| {
        if note::is_silent() {
            close_by_segments(&mut captured);
        }
        while let Some(frame) = captured.pop_frame() {
            close_unraisable(&frame.generator);
            drop_frame(frame);
        }
        drop(captured);
    });
}

/// Closes what a continuation held in doeff's order: segment by segment, the innermost first, but in each
/// the outermost generator first.
fn close_by_segments(captured: &mut PyCaptured) {
    let mut frames: Vec<PyFrame> = Vec::new();
    loop {
        let depth = captured.depth();
        let next = captured.pop_frame();
        if next.is_none() || captured.depth() != depth {
            while let Some(frame) = frames.pop() {
                finalize(&frame.generator);
                drop_frame(frame);
            }
        }
        match next {
            Some(frame) => frames.push(frame),
            None => return,
        }
    }
}
