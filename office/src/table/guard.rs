//! Other people's readers, which may give up with a panic on a file that was made to break them.

use std::any::Any;
use std::cell::Cell;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use yaohao::fault::{Code, Fault, Result};

/// Does the work; a damaged file if it panicked. Whatever the work was changing is in no state to be used then.
///
/// # Errors
/// [`Code::IntakeDamaged`] in place of a panic.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T> {
    hush();
    let outer = SILENT.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    SILENT.set(outer);
    done.map_err(|panic| damaged(format_args!("it contradicts itself ({})", said(panic.as_ref()))))
}

/// A file that cannot be what it says it is.
pub(super) fn damaged(detail: impl Display) -> Fault {
    Fault::new(Code::IntakeDamaged).fact("detail", detail)
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}

thread_local! {
    /// Whether this thread is inside [`guarded`].
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Puts a hook before the one that prints panics, once and for good: to take it away again would be a race with other
/// threads. It asks only about its own thread, so that panics of all others are told as before.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            // a thread that is ending has no such variable any more, and is in no work of ours
            if !SILENT.try_with(Cell::get).unwrap_or(false) {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_work_goes_on() {
        assert_eq!(guarded(|| 1), Ok(1));
        let fault = guarded(|| -> u8 { panic!("never seen") }).unwrap_err();
        assert_eq!(fault.code(), Code::IntakeDamaged);
        assert!(fault.to_string().contains("never seen"));
        let out_of_bounds = guarded(|| Vec::<u8>::new()[3]);
        assert!(out_of_bounds.unwrap_err().to_string().contains("out of bounds"));
        let nested = guarded(|| (guarded(|| -> u8 { panic!("never seen") }).is_err(), SILENT.get()));
        assert_eq!(nested, Ok((true, true)));
        assert!(!SILENT.get());
        assert_eq!(guarded(|| 2), Ok(2));
    }
}
