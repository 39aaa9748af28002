//! The terminal link over a real socket: what a terminal is served, and what an
//! attacker on the line is not.

#[expect(dead_code, reason = "the till has more than these tests ask of it")]
#[path = "../../../tillkey/src/till/mod.rs"]
mod till;

#[cfg(test)]
mod away;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod broker;
#[cfg(test)]
mod campaigns;
#[cfg(test)]
mod copies;
#[cfg(test)]
mod deeds;
#[cfg(test)]
mod device;
#[cfg(test)]
#[path = "../support/engine.rs"]
mod engine;
#[cfg(test)]
mod health;
#[cfg(test)]
mod in_hand;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod leavers;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod mqtt;
#[cfg(test)]
mod mqtt_line;
#[cfg(test)]
mod mqtt_strangers;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod reset;
#[cfg(test)]
mod restores;
#[cfg(test)]
mod world;
