//! plan.toml. Whoever wrote it is the officer, who mistypes.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(plan) = yaohao_office::plan::Plan::parse(text) {
        let _ = yaohao_office::freeze::Kinds::of(&plan);
    }
});
