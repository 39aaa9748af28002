//! A terminal says how far the numbers have come that prove it in hand, and learns with
//! what it derives their key.

use tillkey_store::in_hand;
use tillkey_wire::agreement::AgreementKey;
use tillkey_wire::message::Reply;
use x25519_dalek::PublicKey;

use super::{From, Received, counted};
use crate::act::Failure;
use crate::shell::Shell;

/// The highest counter that is believed: far above what a terminal can come to, and far
/// below where looking ahead would end.
const COUNTER_MAX: u64 = 1 << 62;

/// Notes the counter, which only ever moves on.
pub(super) async fn report(shell: &Shell, from: From, counter: u64) -> Result<Received, Failure> {
    let agreement_key = AgreementKey::from(&PublicKey::from(shell.keyring().agreement()));
    counted(shell, from, move |_, tx, now, _, terminal| {
        in_hand::report(tx, terminal.id, counter.min(COUNTER_MAX), now)?;
        let agreement_key = agreement_key.clone();
        Ok((Reply::InHand { agreement_key }, Vec::new()))
    })
    .await
}
