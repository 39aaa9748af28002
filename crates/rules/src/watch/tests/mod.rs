//! The rules over made-up days: quiet on normal ones, and awake on the others.

mod attacks;
mod quiet;
mod stage;
mod terms;
mod traffic;
