//! A table that is a text, or whatever else its bytes say.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yaohao_fuzz::read(bytes));
