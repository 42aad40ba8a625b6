#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nospill_fuzz::targets::sweep(data));
