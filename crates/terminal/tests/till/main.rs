//! The SDK against a small bank made of the wire's own server side: real OPAQUE, real
//! signatures, no network, no clock.

#[cfg(test)]
mod away;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod counters;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod health;
#[cfg(test)]
mod in_hand;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod offline_power_cut;
#[cfg(test)]
mod offline_reset;
#[cfg(test)]
mod offline_sign_on;
#[cfg(test)]
mod power_cut;
#[cfg(test)]
mod reset;
#[cfg(test)]
mod restore;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod shop_power_cut;
#[cfg(test)]
mod sign_on;
#[cfg(test)]
mod supervisor;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod world;
