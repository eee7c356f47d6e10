//! A workbook of Excel 2007 and later, as its parts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yaohao_fuzz::read(&yaohao_fuzz::workbook(bytes)));
