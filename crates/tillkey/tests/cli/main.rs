//! The command line as people and scripts meet it: the real program, in a folder of its
//! own, its answers and its exit status.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod broker;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod export;
#[cfg(test)]
mod import;
#[cfg(test)]
mod installed;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod migrate;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod serve;
#[cfg(test)]
#[path = "../faults/served.rs"]
mod served;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod transcripts;
