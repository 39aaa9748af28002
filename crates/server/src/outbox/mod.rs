//! What leaves: the only code that talks to the outside world.
//!
//! Messages are written by acts, in the transaction of their cause, and sent from
//! here, so that neither the latency nor the failure of a provider shows in any
//! answer. A message is sent at least once and named by its identifier, so that a
//! carrier can make it exactly once.

pub mod limits;
mod rest;
mod sender;
mod slip;
mod sms;
mod spool;
mod worker;

use std::sync::Arc;

use tokio::sync::watch;

use crate::config::Config;
use crate::shell::Shell;
use limits::SPOOL_FILES_MAX;
pub use sender::{Letter, SendFault, Sender, Senders};
use spool::Spool;

/// The carriers that are configured.
pub fn senders(config: &Config) -> Senders {
    let spool = Spool::new(config.sms_spool.clone(), SPOOL_FILES_MAX);
    let sms = sms::Checked::new(spool, config.sms_prefixes.clone());
    let slips = slip::Printers::new(&config.slip_spool, config.slip_printers.iter().cloned());
    Senders {
        sms: Arc::new(sms),
        slips: Arc::new(slips),
    }
}

/// Sends messages until the shutdown.
pub async fn run(shell: Shell, senders: Senders, shutdown: watch::Receiver<bool>) {
    worker::run(&shell, &senders, shutdown).await;
}
