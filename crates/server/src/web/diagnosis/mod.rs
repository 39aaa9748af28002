//! Why an operator cannot sign on, as pages say it.

mod told;

pub(crate) use told::told;
