//! A workbook of older Excels.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yaohao_fuzz::read(bytes));
