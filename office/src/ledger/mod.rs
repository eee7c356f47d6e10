//! The log on the disk: a folder of files that any web host can serve, and what talks to witnesses (SPEC §15).
//!
//! What decides is in the core; here are the order of writes and the locks. `store.rs` has the order and its reasons.

mod ask;
mod home;
mod publish;
mod store;
mod watcher;

pub use ask::{Transport, ask};
pub use home::{Home, secret_or_new};
pub use publish::{Published, publish};
pub use store::{Appended, Checked, Log, LogKey};
pub use watcher::{Answer, Watched, Watcher};
