//! Tables as offices hand them in, and as nobody should: what is refused says where, what is read is read rightly, and
//! nothing is ever half done.
#![allow(missing_docs, unreachable_pub, reason = "a test is no library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

#[path = "intake/campaign.rs"]
mod campaign;
#[path = "intake/corpus.rs"]
mod corpus;
#[path = "intake/damage.rs"]
mod damage;
#[path = "intake/properties.rs"]
mod properties;
#[path = "intake/real.rs"]
mod real;
mod support;
