use tillkey_terminal::Slot;
use tillkey_terminal::limits::COUNTERS_PER_WRITE;

use crate::world::{CASHIER, World};

/// The bank itself refuses a counter that does not increase.
#[test]
fn counters_increase_over_restarts() {
    let (mut world, memory) = World::enrolled(80);
    for round in 0..5 {
        for _ in 0..round * 30 {
            world.connect().unwrap();
        }
        world.restart(&memory);
        world.connect().unwrap();
    }
    assert!(world.bank.counters.is_sorted_by(|a, b| a < b));
}

#[test]
fn messages_cost_one_write_in_a_block() {
    let (mut world, memory) = World::enrolled(81);
    world.first_password(CASHIER, "739201").unwrap();
    world.restart(&memory);
    world.connect().unwrap();
    memory.plug.borrow_mut().back_on();
    let before = world.bank.counters.len();
    for _ in 0..COUNTERS_PER_WRITE {
        world.connect().unwrap();
    }
    let messages = world.bank.counters.len() - before;
    let block = usize::try_from(COUNTERS_PER_WRITE).unwrap();
    assert_eq!(messages % block, 0, "as many a connection");
    assert_eq!(memory.plug.borrow().writes, messages / block);
}

/// Storage that loses its newest write keeps the counter above all that was used.
#[test]
fn counters_increase_even_if_the_newest_write_is_lost() {
    let (mut world, memory) = World::enrolled(82);
    for messages in [1, 1, 300, 2, 700, 1] {
        for _ in 0..messages {
            world.connect().unwrap();
        }
        memory.lose_newest(Slot::Counter);
        world.restart(&memory);
        world.connect().unwrap();
    }
    assert!(world.bank.counters.is_sorted_by(|a, b| a < b));
}
