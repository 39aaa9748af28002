//! Every target under its seeds, and under inputs that are changed from them at random:
//! the same in every run, within about a minute for all of them.
//!
//! Others are tried with `TILLKEY_FUZZ_SEED`, more with `TILLKEY_FUZZ_EXECUTIONS` (a
//! target). Where one fails, the shortest input that was found to do so is kept below
//! `target/`; `TILLKEY_FUZZ_INPUT` names one to be tried again, alone.

#![cfg(test)]

mod change;
mod short_run;

use tillkey_fuzz::TARGETS;

/// A test a target, so that they run beside each other and fail by name.
macro_rules! each {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                short_run::of(stringify!($name));
            }
        )*

        #[test]
        fn every_target_is_run() {
            let here = [$(stringify!($name)),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(here.as_slice(), all);
        }
    };
}

each! {
    envelope from_terminal from_server enrolment_request enrolment_answer opaque
    inbox storage snapshot manifest sealed api pages names notes tiles
    import picture config policy product
}
